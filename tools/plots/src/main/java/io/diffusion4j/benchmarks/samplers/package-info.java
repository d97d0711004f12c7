/**
 * Samplers by the quality of their images after few steps, and by the time that a step takes in
 * Java.
 *
 * <p>The errors are distances to an image of many steps from the same noise. The time of a step is
 * compared with {@link io.diffusion4j.benchmarks.samplers.FusedLoop}, a loop over arrays that is
 * written by hand for one sampler.
 */
@NullMarked
package io.diffusion4j.benchmarks.samplers;

import org.jspecify.annotations.NullMarked;
