/**
 * The parts that an image pipeline is composed of, each an interface of one or two methods: {@link
 * io.diffusion4j.diffusion.part.TextEncoder}, {@link io.diffusion4j.diffusion.part.Prior}, {@link
 * io.diffusion4j.diffusion.part.ImageDecoder}, {@link io.diffusion4j.diffusion.part.Upsampler} and
 * {@link io.diffusion4j.diffusion.part.ImageEncoder}.
 *
 * <p>A part says nothing of how it works: a prior may be a diffusion model, a transformer that
 * predicts codes, or {@link io.diffusion4j.diffusion.part.BestOfPrior}, which draws from another
 * prior several times.
 */
@NullMarked
package io.diffusion4j.diffusion.part;

import org.jspecify.annotations.NullMarked;
