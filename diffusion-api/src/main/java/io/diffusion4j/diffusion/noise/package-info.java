/**
 * Gaussian noise by address: a function of seed, image, stage and step, and not a stream that is
 * consumed.
 *
 * <p>With a stream, the noise of an image depends on all noise drawn before it, and so on the
 * image's place in the batch and the number of steps. Here the same address always returns the same
 * numbers. An image is therefore the same alone and in a batch, and one image of a batch can be
 * drawn again.
 *
 * <pre>{@code
 * List<NoiseSource> images = PhiloxNoise.images(7, 4); // seed 7, four images
 * NoiseSource third = new PhiloxNoise(7, 2); // the same noise as images.get(2)
 * int size = 64 * 64 * 3;
 * float[] start = third.gaussian("decoder", NoiseSource.INITIAL, size); // x_T
 * float[] fresh = third.gaussian("decoder", 10, size); // of step 10 of the plan
 * float[] other = third.candidate(1).gaussian("prior", NoiseSource.INITIAL, 768);
 * }</pre>
 *
 * <p>The numbers are the same on every machine, since the transform uses {@link
 * java.lang.StrictMath}. They do not depend on the requested size either: a longer array begins
 * with the values of a shorter one.
 *
 * <p>The stage's name is part of the address, so renaming a stage changes all of its images. A
 * stage must not draw twice at one address: both draws would be equal, not independent.
 */
@NullMarked
package io.diffusion4j.diffusion.noise;

import org.jspecify.annotations.NullMarked;
