/**
 * The samplers: each compiles a noise schedule and timesteps into a {@link
 * io.diffusion4j.diffusion.sampling.SamplingPlan}. One file per method, named after it.
 *
 * <p>{@link io.diffusion4j.diffusion.solver.Samplers#standard} has all of them by the names that
 * requests use. A solver of higher order places its levels on a {@link
 * io.diffusion4j.diffusion.solver.Grid}.
 */
@NullMarked
package io.diffusion4j.diffusion.solver;

import org.jspecify.annotations.NullMarked;
