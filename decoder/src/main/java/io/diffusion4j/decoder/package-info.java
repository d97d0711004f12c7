/**
 * From image embeddings to pixels: the decoder and the upsamplers, U-Nets in diffusers' layout.
 *
 * <p>Starting points: {@link io.diffusion4j.decoder.Unet}, the network of both; {@link
 * io.diffusion4j.decoder.DiffusionDecoder} and {@link io.diffusion4j.decoder.DiffusionUpsampler},
 * the stages around it.
 */
@NullMarked
package io.diffusion4j.decoder;

import org.jspecify.annotations.NullMarked;
