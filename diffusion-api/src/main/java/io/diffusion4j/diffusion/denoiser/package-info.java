/**
 * The seam between sampling and a network.
 *
 * <p>A {@link io.diffusion4j.diffusion.denoiser.Denoiser} predicts ε, x₀ or v for each {@link
 * io.diffusion4j.diffusion.denoiser.Query} (x_t, t, condition). Queries are independent rows, so
 * this is the place to wrap: {@link io.diffusion4j.diffusion.denoiser.BatchingDenoiser} merges the
 * rows of concurrent requests, {@link io.diffusion4j.diffusion.denoiser.LastStepDenoiser} switches
 * networks at t = 0, and guidance is a denoiser around a denoiser too. Networks themselves live in
 * other modules.
 */
@NullMarked
package io.diffusion4j.diffusion.denoiser;

import org.jspecify.annotations.NullMarked;
