/**
 * Pixels: the stages that make and read them.
 *
 * <p>Starting points: {@link io.diffusion4j.diffusion.image.Image}, {@link
 * io.diffusion4j.diffusion.image.ImageDecoder}, {@link io.diffusion4j.diffusion.image.Upsampler}.
 */
@NullMarked
package io.diffusion4j.diffusion.image;

import org.jspecify.annotations.NullMarked;
