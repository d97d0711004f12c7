/**
 * From image embeddings to pixels: the decoder and the upsamplers of DALL-E 2 (Ramesh et al. 2022,
 * §2.1), as U-Nets in diffusers' layout.
 *
 * <p>{@link io.diffusion4j.decoder.DiffusionDecoder} and {@link
 * io.diffusion4j.decoder.DiffusionUpsampler} are the parts of a pipeline; {@link
 * io.diffusion4j.decoder.DecoderModel} and {@link io.diffusion4j.decoder.UpsamplerModel} the loaded
 * networks behind them. The blocks are in {@link io.diffusion4j.decoder.unet}.
 */
@NullMarked
package io.diffusion4j.decoder;

import org.jspecify.annotations.NullMarked;
