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
 * <p>Several steps differ between the papers and the published code. Where both matter, the choice
 * is a parameter and its Javadoc names the source, as in {@link
 * io.diffusion4j.diffusion.solver.DdimSampler.Stride}.
 *
 * <p>{@code docs/choosing-a-sampler.md} compares the samplers by accuracy and cost.
 */
@NullMarked
package io.diffusion4j.diffusion.solver;

import org.jspecify.annotations.NullMarked;
