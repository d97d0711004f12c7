/**
 * Diffusion as a few small interfaces, and the numerics that define them, in plain Java.
 *
 * <p>Starting points: {@link io.diffusion4j.diffusion.Denoiser}, the seam to a network; {@link
 * io.diffusion4j.diffusion.sampling.Sampler}, which turns a noise schedule into a table of numbers;
 * {@link io.diffusion4j.diffusion.DiffusionStage}, the loop that asks the one and follows the
 * other; {@link io.diffusion4j.diffusion.TextToImage}, the whole of unCLIP as a composition of
 * stages; {@link io.diffusion4j.diffusion.ImageEdit}, which keeps something of a given image.
 */
@NullMarked
package io.diffusion4j.diffusion;

import org.jspecify.annotations.NullMarked;
