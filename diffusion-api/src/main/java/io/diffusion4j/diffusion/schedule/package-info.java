/**
 * Noise schedules, and the timesteps that a sampler visits.
 *
 * <p>A schedule is the forward process q(x_t | x₀) = N(√ᾱ_t·x₀, (1−ᾱ_t)·I) (Ho et al. 2020, eq. 4),
 * given by its table of ᾱ. The timestep t runs from 0, almost clean, to T − 1, almost pure noise;
 * {@link io.diffusion4j.diffusion.schedule.NoiseSchedule#CLEAN} = −1 is the clean sample.
 *
 * <pre>{@code
 * NoiseSchedule schedule = new CosineSchedule(1000);
 * double snr = schedule.level(500).snr(); // ᾱ/(1−ᾱ)
 * Timesteps fifty = TimestepSpacings.TRAILING.of(schedule.steps(), 50); // 999, 979, ..., 19
 * NoiseSchedule named = Schedules.standard().named("linear").apply(1000);
 * }</pre>
 */
@NullMarked
package io.diffusion4j.diffusion.schedule;

import org.jspecify.annotations.NullMarked;
