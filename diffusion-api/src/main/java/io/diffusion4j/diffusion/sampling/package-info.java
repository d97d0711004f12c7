/**
 * Samplers as data: a sampler compiles a noise schedule into a table of coefficients, and one loop
 * runs any table.
 *
 * <p>Starting point: {@link io.diffusion4j.diffusion.sampling.Sampler}.
 */
@NullMarked
package io.diffusion4j.diffusion.sampling;

import org.jspecify.annotations.NullMarked;
