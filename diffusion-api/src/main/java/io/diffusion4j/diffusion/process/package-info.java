/**
 * The forward process: how noise takes a sample from one timestep to the next, what is known about
 * the way back, and how noise, sample, v and score say the same thing.
 *
 * <p>Starting points: {@link io.diffusion4j.diffusion.process.ForwardProcess}, every distribution
 * of Ho et al. 2020, §2; {@link io.diffusion4j.diffusion.process.Conversion}, what a network's
 * answer says about x₀ and ε.
 */
@NullMarked
package io.diffusion4j.diffusion.process;

import org.jspecify.annotations.NullMarked;
