/**
 * Guidance: how strongly a sample follows its condition.
 *
 * <p>Classifier-free guidance (Ho &amp; Salimans 2022) is {@link
 * io.diffusion4j.diffusion.guidance.GuidedDenoiser}, with a {@link
 * io.diffusion4j.diffusion.guidance.GuidanceScale} that may depend on the timestep. Guidance by the
 * gradient of log p(y | x_t) (Dhariwal &amp; Nichol 2021) is {@link
 * io.diffusion4j.diffusion.guidance.ScoreGuidedDenoiser} for deterministic samplers and {@link
 * io.diffusion4j.diffusion.guidance.MeanGuidedDenoiser} for ancestral ones; both take any {@link
 * io.diffusion4j.diffusion.guidance.ConditionGradient}.
 */
@NullMarked
package io.diffusion4j.diffusion.guidance;

import org.jspecify.annotations.NullMarked;
