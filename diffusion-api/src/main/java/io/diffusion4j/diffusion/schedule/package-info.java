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
 *
 * <h2>Noise</h2>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.diffusion.schedule.NoiseSchedule} has two abstract methods, {@code
 *       steps} and {@code alphaBar}. β and the {@link io.diffusion4j.diffusion.schedule.NoiseLevel}
 *       follow from them: the level converts ᾱ to the SNR, the half log-SNR λ and the σ of the
 *       variance-exploding view.
 *   <li>{@link io.diffusion4j.diffusion.schedule.BetaSchedule} is a table of β, with factories for
 *       the schedules of diffusers and OpenAI; {@link
 *       io.diffusion4j.diffusion.schedule.CosineSchedule} and {@link
 *       io.diffusion4j.diffusion.schedule.LinearSchedule} are the common ones. {@link
 *       io.diffusion4j.diffusion.schedule.Schedules} has all of them by name.
 *   <li>{@link io.diffusion4j.diffusion.schedule.TableRounding} matters for published models: the
 *       tables of diffusers are rounded to float32, those of OpenAI are not.
 *   <li>{@link io.diffusion4j.diffusion.schedule.ZeroTerminalSnr} rescales a schedule to end in
 *       pure noise (Lin et al. 2024). Samplers that work with σ or λ refuse the result.
 * </ul>
 *
 * <h2>Timesteps</h2>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.diffusion.schedule.Timesteps} is a strictly decreasing list. It may
 *       also contain the times before rounding, for solvers that step between timesteps.
 *   <li>A {@link io.diffusion4j.diffusion.schedule.TimestepSpacing} picks n of T timesteps; {@link
 *       io.diffusion4j.diffusion.schedule.TimestepSpacings} has those of diffusers and OpenAI.
 *       {@link io.diffusion4j.diffusion.schedule.SectionSpacing} parses OpenAI's notation, such as
 *       {@code "10,10,3,2,2"}.
 * </ul>
 *
 * <p>The implementations are immutable, and their tables are computed in {@code double}.
 *
 * <p>Deliberately absent: variance-exploding schedules, since samples are always √ᾱ·x₀ + √(1−ᾱ)·ε
 * and σ is only another unit of the same noise level; schedules in continuous time, which are in
 * {@code io.diffusion4j.diffusion.continuous}; and the noise levels of solvers between timesteps,
 * which are in {@code io.diffusion4j.diffusion.solver}.
 */
@NullMarked
package io.diffusion4j.diffusion.schedule;

import org.jspecify.annotations.NullMarked;
