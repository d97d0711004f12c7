/**
 * The models of a server by name.
 *
 * <p>A model is any {@link io.diffusion4j.diffusion.pipeline.ImagePipeline}. Bind one to serve it;
 * the checks, the queue and the ways in need no change:
 *
 * <pre>{@code
 * Multibinder.newSetBinder(binder(), ImagePipeline.class).addBinding().toInstance(pipeline);
 * }</pre>
 *
 * <p>{@link io.diffusion4j.serving.model.Models} finds the model that a request names.
 */
@NullMarked
package io.diffusion4j.serving.model;

import org.jspecify.annotations.NullMarked;
