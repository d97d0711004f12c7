/**
 * Images from words and from other images: the tasks of DALL-E 2, each composed of {@linkplain
 * io.diffusion4j.diffusion.part parts}.
 *
 * <p>{@link io.diffusion4j.diffusion.pipeline.TextToImage} encodes texts, draws image embeddings
 * from the prior, small images from the decoder and large ones from the upsampler. Edits ({@link
 * io.diffusion4j.diffusion.pipeline.Inpainting}, {@link
 * io.diffusion4j.diffusion.pipeline.ImageToImage}, {@link
 * io.diffusion4j.diffusion.pipeline.TextDiff}) decorate decoder and upsampler.
 */
@NullMarked
package io.diffusion4j.diffusion.pipeline;

import org.jspecify.annotations.NullMarked;
