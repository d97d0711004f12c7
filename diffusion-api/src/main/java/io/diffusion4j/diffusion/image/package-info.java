/**
 * Pixels: the stages that make and read them.
 *
 * <p>Starting points: {@link io.diffusion4j.diffusion.image.Image}, {@link
 * io.diffusion4j.diffusion.image.ImageDecoder}, {@link io.diffusion4j.diffusion.image.Upsampler};
 * {@link io.diffusion4j.diffusion.image.ImageFiles} and {@link io.diffusion4j.diffusion.image.Png}
 * for files, {@link io.diffusion4j.diffusion.image.Resize} for sizes.
 */
@NullMarked
package io.diffusion4j.diffusion.image;

import org.jspecify.annotations.NullMarked;
