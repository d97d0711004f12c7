/**
 * Images from words and from other images: an {@link
 * io.diffusion4j.diffusion.pipeline.ImagePipeline} draws what an {@link
 * io.diffusion4j.diffusion.pipeline.ImageTask} asks for.
 */
@NullMarked
package io.diffusion4j.diffusion.pipeline;

import org.jspecify.annotations.NullMarked;
