/**
 * Measurements of samplers: the arithmetic of a step, and the decrease of the error with the number
 * of steps.
 *
 * <pre>
 *   diffusion4j bench samplers --output samplers.png
 *   diffusion4j bench steps
 * </pre>
 *
 * <p>{@link io.diffusion4j.benchmarks.samplers.SamplersBench} answers how many steps a sampler
 * needs. All deterministic samplers solve the same differential equation from the same noise. So
 * the distance of a picture to a solution with very many steps is the error of too few steps, and a
 * chart of it over the calls of the network ranks the samplers. It is not a measure of quality: a
 * picture far from the solution can be a good one. Samplers with noise in each step have no such
 * reference and are left out.
 *
 * <p>{@link io.diffusion4j.benchmarks.samplers.StepBenchmark} answers whether samplers as tables of
 * coefficients are slow. It compares a step by {@link io.diffusion4j.diffusion.sampling.Trajectory}
 * with {@code FusedLoop}, the same step written by hand, and measures the bytes that a step
 * allocates. The fastest of several short iterations counts, because other load only makes
 * iterations slower. {@link io.diffusion4j.benchmarks.samplers.StepsBench} prints these rows alone.
 *
 * <p>A new sampler appears in both as soon as {@code Samplers.standard()} names it. {@code
 * docs/choosing-a-sampler.md} has the chart of the shipped model and the advice that follows from
 * it.
 *
 * <p>The samplers are in {@code io.diffusion4j.diffusion.solver}; their order of convergence on
 * problems with a known solution is a test there, not a benchmark. The time of the network, which
 * is nearly all of the time of an image, is in {@code io.diffusion4j.benchmarks.networks}.
 */
@NullMarked
package io.diffusion4j.benchmarks.samplers;

import org.jspecify.annotations.NullMarked;
