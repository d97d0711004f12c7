/**
 * The seam between sampling and a network, {@link io.diffusion4j.diffusion.denoiser.Denoiser}, and
 * the place to wrap one.
 */
@NullMarked
package io.diffusion4j.diffusion.denoiser;

import org.jspecify.annotations.NullMarked;
