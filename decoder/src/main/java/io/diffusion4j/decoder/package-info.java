/**
 * From image embeddings to pixels: the decoder and the upsamplers, U-Nets in diffusers' layout; and
 * the U-Nets of guided-diffusion and GLIDE in OpenAI's.
 *
 * <p>Starting points: {@link io.diffusion4j.decoder.Unet}, the network of both; {@link
 * io.diffusion4j.decoder.DiffusionDecoder} and {@link io.diffusion4j.decoder.DiffusionUpsampler},
 * the stages around it; {@link io.diffusion4j.decoder.UnetKeys}, what differs between the layouts;
 * {@link io.diffusion4j.decoder.AdmNetwork}, OpenAI's.
 */
@NullMarked
package io.diffusion4j.decoder;

import org.jspecify.annotations.NullMarked;
