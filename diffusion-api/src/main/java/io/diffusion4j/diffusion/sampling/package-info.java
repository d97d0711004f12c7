/**
 * Samplers as data: a sampler compiles a noise schedule into a table of coefficients, and one loop
 * runs any table.
 *
 * <p>Starting points: {@link io.diffusion4j.diffusion.sampling.Sampler} and those that implement
 * it; {@link io.diffusion4j.diffusion.sampling.SamplingPlan}, the table; {@link
 * io.diffusion4j.diffusion.sampling.Trajectory}, which follows one; {@link
 * io.diffusion4j.diffusion.sampling.Samplers}, the names a request may choose from.
 */
@NullMarked
package io.diffusion4j.diffusion.sampling;

import org.jspecify.annotations.NullMarked;
