/**
 * Sampling as data: a sampler is compiled to a table of coefficients, and one loop executes any
 * table.
 *
 * <p>A {@link io.diffusion4j.diffusion.sampling.SamplingPlan} has a row for each call of the
 * network. A row contains the network's time input, the ᾱ of the sample at that time, and an {@link
 * io.diffusion4j.diffusion.sampling.Update}, the coefficients of
 *
 * <p>x′ = a·x + b·x̂₀ + c·ε̂ + Σ d·(a quantity of an earlier step) + σ·z.
 *
 * <p>So a solver is arithmetic in {@code double} that can be tested without a network, and samples
 * with different samplers and numbers of steps can share the batches of one network.
 *
 * <pre>{@code
 * SamplingPlan plan = new DdimSampler(0).plan(schedule, timesteps);
 * NoiseSource noise = new PhiloxNoise(7, 0); // the first image of seed 7
 * int size = 64 * 64 * 3;
 * var trajectory =
 *     new Trajectory(
 *         plan,
 *         denoiser.parameterization(),
 *         X0Treatment.clip(1),
 *         noise.gaussian("decoder", NoiseSource.INITIAL, size),
 *         step -> noise.gaussian("decoder", step, size));
 * while (!trajectory.done()) {
 *   trajectory.advance(denoiser.predict(List.of(trajectory.query(condition))).get(0));
 * }
 * float[] sample = trajectory.x();
 * }</pre>
 *
 * <h2>How the types fit together</h2>
 *
 * <ul>
 *   <li>A {@link io.diffusion4j.diffusion.sampling.Sampler} makes the plan from a schedule and
 *       timesteps. The plan's {@code toString} is the table; its {@code gain} is how much one step
 *       can amplify errors in its inputs.
 *   <li>An {@link io.diffusion4j.diffusion.sampling.X0Treatment} changes each x̂₀ before its use:
 *       {@link io.diffusion4j.diffusion.sampling.Clipping} or {@link
 *       io.diffusion4j.diffusion.sampling.DynamicThresholding} (Saharia et al. 2022). {@link
 *       io.diffusion4j.diffusion.sampling.EpsSource} determines whether ε̂ follows the treated x̂₀.
 *   <li>{@link io.diffusion4j.diffusion.sampling.Noise} is the fresh noise of a step, with a fixed
 *       variance or one that the network predicts.
 *   <li>{@link io.diffusion4j.diffusion.sampling.Trajectory} executes a plan for one sample. It is
 *       owned by one thread; plans are immutable and can be shared.
 *   <li>{@link io.diffusion4j.diffusion.sampling.PartialSampler} takes the last steps only, to
 *       start from a noised image (SDEdit, Meng et al. 2022). {@link
 *       io.diffusion4j.diffusion.sampling.Resampling} repeats groups of steps (RePaint, Lugmayr et
 *       al. 2022). Both wrap another sampler; resampling refuses multistep methods.
 *   <li>{@link io.diffusion4j.diffusion.sampling.Level} is a noise level at a time that may be
 *       between two timesteps, and {@link io.diffusion4j.diffusion.sampling.LevelTimes} its
 *       inverse.
 * </ul>
 *
 * <p>The methods themselves are in {@code io.diffusion4j.diffusion.solver}. {@link
 * io.diffusion4j.diffusion.stage.DiffusionStage} is the loop over a batch, with progress, edits and
 * a check for NaN; use it rather than a trajectory, unless you need each step.
 *
 * <p>Deliberately absent: solvers that choose the size or number of their steps by looking at the
 * samples, since a plan is complete before the first call of the network. Langevin steps are the
 * one exception: the norms of a sample's own ε̂ and noise scale the coefficients of their row.
 */
@NullMarked
package io.diffusion4j.diffusion.sampling;

import org.jspecify.annotations.NullMarked;
