/**
 * Pixels: images, their files and their sizes.
 *
 * <p>{@link io.diffusion4j.diffusion.image.Image} holds RGB values in [−1, 1]; {@link
 * io.diffusion4j.diffusion.image.ImageFiles} and {@link io.diffusion4j.diffusion.image.Png} read
 * and write files, {@link io.diffusion4j.diffusion.image.Resize} changes sizes exactly as PIL does.
 */
@NullMarked
package io.diffusion4j.diffusion.image;

import org.jspecify.annotations.NullMarked;
