/**
 * From image embeddings to pixels: the decoder and the upsampler of DALL-E 2 (Ramesh et al. 2022,
 * §2.1).
 *
 * <p>{@link io.diffusion4j.decoder.DiffusionDecoder} samples a small image for an image embedding
 * and a text; {@link io.diffusion4j.decoder.DiffusionUpsampler} samples the large image,
 * conditioned on the enlarged small one. Each is a {@link
 * io.diffusion4j.diffusion.stage.DiffusionStage} around a network, whose weights have diffusers'
 * layout.
 *
 * <pre>{@code
 * try (DecoderModel model =
 *     DecoderModel.load(
 *         folder.resolve("decoder"),
 *         folder.resolve("text_proj"),
 *         77,
 *         SchedulerConfig.unclipDecoder(),
 *         Compute.of(Precision.FLOAT32))) {
 *   Denoiser<DecoderCondition> denoiser = model.denoiser();
 * }
 * }</pre>
 */
@NullMarked
package io.diffusion4j.decoder;

import org.jspecify.annotations.NullMarked;
