/**
 * Randomness as an address: a sample's noise is a function of seed, stage and step, never a hidden
 * global, so that an image does not depend on the other images of its batch.
 *
 * <p>{@link io.diffusion4j.diffusion.noise.NoiseSource} is the interface; {@link
 * io.diffusion4j.diffusion.noise.PhiloxNoise} the implementation, a counter-based generator (Salmon
 * et al. 2011).
 */
@NullMarked
package io.diffusion4j.diffusion.noise;

import org.jspecify.annotations.NullMarked;
