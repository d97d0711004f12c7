/**
 * Randomness as an address, {@link io.diffusion4j.diffusion.noise.NoiseSource}: a function of seed,
 * stage and step, so that an image does not depend on the others of its batch.
 */
@NullMarked
package io.diffusion4j.diffusion.noise;

import org.jspecify.annotations.NullMarked;
