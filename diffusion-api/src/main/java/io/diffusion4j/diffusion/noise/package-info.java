/**
 * Random numbers by address, {@link io.diffusion4j.diffusion.noise.NoiseSource}: a function of
 * seed, stage and step, so that an image does not depend on the other images of its batch.
 */
@NullMarked
package io.diffusion4j.diffusion.noise;

import org.jspecify.annotations.NullMarked;
