/**
 * Models as the service sees them.
 *
 * <p>An {@link io.diffusion4j.serving.model.ImageEngine} draws {@link
 * io.diffusion4j.serving.model.Task}s and describes itself with a {@link
 * io.diffusion4j.serving.model.ModelCard}: its stages with their defaults and limits, its image
 * size, its tasks. {@link io.diffusion4j.serving.model.Models} finds a model by the name in a
 * request. A model that embeds texts and images also has an {@link
 * io.diffusion4j.serving.model.Embedder}.
 *
 * <p>Implement {@link io.diffusion4j.serving.model.ImageEngine} to serve something new; the checks,
 * the queue and the ways in need no change. {@link io.diffusion4j.serving.model.UnclipEngine}
 * implements it for the unCLIP pipelines.
 */
@NullMarked
package io.diffusion4j.serving.model;

import org.jspecify.annotations.NullMarked;
