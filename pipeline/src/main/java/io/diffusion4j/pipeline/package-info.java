/**
 * From a model folder to an image pipeline, with the parts of plugins: {@link
 * io.diffusion4j.pipeline.OpenPipeline}.
 */
@NullMarked
package io.diffusion4j.pipeline;

import org.jspecify.annotations.NullMarked;
