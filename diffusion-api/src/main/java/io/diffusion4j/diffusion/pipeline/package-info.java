/**
 * Images from words and from other images: an {@link
 * io.diffusion4j.diffusion.pipeline.ImagePipeline} carries out an {@link
 * io.diffusion4j.diffusion.pipeline.ImageTask}.
 */
@NullMarked
package io.diffusion4j.diffusion.pipeline;

import org.jspecify.annotations.NullMarked;
