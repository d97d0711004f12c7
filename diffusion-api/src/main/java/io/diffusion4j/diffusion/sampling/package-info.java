/**
 * Sampling as data: a {@link io.diffusion4j.diffusion.sampling.Sampler} compiles a noise schedule
 * into a table of coefficients, and one loop follows any table.
 */
@NullMarked
package io.diffusion4j.diffusion.sampling;

import org.jspecify.annotations.NullMarked;
