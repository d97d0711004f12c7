/**
 * Diffusion in continuous time (Song et al. 2021): the forward process as a stochastic differential
 * equation, its reversal by the score, and how a score is learned.
 *
 * <p>Nothing samples by this package; it says why the samplers work. Time runs from 0, the clean
 * sample, to 1; a sample is a {@code double[]} of any length.
 *
 * <p>Starting points: {@link io.diffusion4j.diffusion.continuous.VpSde}, the limit of the
 * schedules; {@link io.diffusion4j.diffusion.continuous.ReverseSde} and {@link
 * io.diffusion4j.diffusion.continuous.ProbabilityFlow}, two ways back; {@link
 * io.diffusion4j.diffusion.continuous.EulerMaruyama}, which follows any of them; {@link
 * io.diffusion4j.diffusion.continuous.DenoisingScoreMatching}, the link to denoising autoencoders.
 */
@NullMarked
package io.diffusion4j.diffusion.continuous;

import org.jspecify.annotations.NullMarked;
