/**
 * The samplers, one file for each method. {@link io.diffusion4j.diffusion.solver.Samplers#standard}
 * has them under the names that requests use.
 *
 * <p>Each one is a {@link io.diffusion4j.diffusion.sampling.Sampler}: it computes a table of
 * coefficients from a schedule and timesteps, and never calls a network.
 *
 * <pre>{@code
 * NoiseSchedule schedule = new CosineSchedule(1000);
 * Timesteps timesteps = TimestepSpacings.UNCLIP.of(schedule.steps(), 25);
 * SamplingPlan plan = new DpmSolverPlusPlus(2).plan(schedule, timesteps);
 * System.out.println(plan); // a line for each call of the network
 * ByName<Sampler> samplers = Samplers.standard().with("ddim-half", new DdimSampler(0.5));
 * }</pre>
 *
 * <h2>Without added noise: the probability-flow ODE</h2>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.diffusion.solver.DdimSampler} with η = 0 (J. Song et al. 2021, DDIM)
 *       is of first order. {@link io.diffusion4j.diffusion.solver.DdimInversion} is the way back,
 *       from a clean sample to its noise.
 *   <li>{@link io.diffusion4j.diffusion.solver.DpmSolverPlusPlus} (multistep) and {@link
 *       io.diffusion4j.diffusion.solver.SinglestepDpmSolverPlusPlus} integrate x̂₀ over the half
 *       log-SNR λ, with order up to 3 (Lu et al. 2022b).
 *   <li>{@link io.diffusion4j.diffusion.solver.EulerSampler} and {@link
 *       io.diffusion4j.diffusion.solver.HeunSampler} step in σ (Karras et al. 2022), {@link
 *       io.diffusion4j.diffusion.solver.PlmsSampler} extrapolates ε̂ (Liu et al. 2022), and {@link
 *       io.diffusion4j.diffusion.solver.OdeSampler} applies a Runge–Kutta method in the time u =
 *       −ln ᾱ.
 * </ul>
 *
 * <h2>With fresh noise</h2>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.diffusion.solver.DdpmSampler} draws from the posterior (Ho et al.
 *       2020), and {@link io.diffusion4j.diffusion.solver.UnclipSampler} does so with the rounding
 *       of the published unCLIP pipelines.
 *   <li>{@link io.diffusion4j.diffusion.solver.AnalyticDpmSampler} uses the optimal variance (Bao
 *       et al. 2022), from an {@link io.diffusion4j.diffusion.solver.EpsPower} that is measured
 *       once for each network. It therefore has no entry in {@code Samplers.standard()}.
 *   <li>{@link io.diffusion4j.diffusion.solver.SdeSampler} and {@link
 *       io.diffusion4j.diffusion.solver.SdeDpmSolverPlusPlus} integrate the reverse SDE. {@link
 *       io.diffusion4j.diffusion.solver.EulerAncestralSampler} steps below the next level and adds
 *       noise up to it.
 *   <li>{@link io.diffusion4j.diffusion.solver.LcmSampler} is for networks distilled for a few steps
 *       (Luo et al. 2023): it noises the estimate of the clean sample again.
 *   <li>DDIM with η above 0 adds a share of the posterior's noise, all of it with η = 1. {@link
 *       io.diffusion4j.diffusion.solver.EtaSampler} is the interface to set η.
 * </ul>
 *
 * <p>A {@link io.diffusion4j.diffusion.solver.Grid} determines the noise levels of a solver: the
 * timesteps, their unrounded times, or those of {@link io.diffusion4j.diffusion.solver.KarrasGrid}.
 * {@link io.diffusion4j.diffusion.solver.FinalNoiseLevel} is the level after the last step.
 *
 * <p>Several steps differ between the papers and the published code. Where both matter, the choice
 * is a parameter and its Javadoc names the source, as in {@link
 * io.diffusion4j.diffusion.solver.DdimSampler.Stride}.
 *
 * <p>Deliberately absent: adaptive step sizes, and the churn of Karras et al.'s stochastic sampler.
 * The document {@code docs/choosing-a-sampler.md} compares the samplers by accuracy and cost.
 */
@NullMarked
package io.diffusion4j.diffusion.solver;

import org.jspecify.annotations.NullMarked;
