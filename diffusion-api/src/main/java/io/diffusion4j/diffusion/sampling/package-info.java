/**
 * Sampling as data: a sampler compiles a noise schedule into a table of coefficients, and one loop
 * follows any table.
 *
 * <p>{@link io.diffusion4j.diffusion.sampling.Sampler} is the interface, {@link
 * io.diffusion4j.diffusion.sampling.SamplingPlan} the table, {@link
 * io.diffusion4j.diffusion.sampling.Trajectory} the loop over one sample. {@link
 * io.diffusion4j.diffusion.sampling.X0Treatment} keeps the estimates of x₀ in range. The methods
 * themselves are in {@link io.diffusion4j.diffusion.solver}.
 */
@NullMarked
package io.diffusion4j.diffusion.sampling;

import org.jspecify.annotations.NullMarked;
