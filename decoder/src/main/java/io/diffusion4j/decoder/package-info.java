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
 *         Parameterization.X0,
 *         Compute.of(Precision.FLOAT32))) {
 *   Denoiser<DecoderCondition> denoiser = model.denoiser();
 * }
 * }</pre>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.decoder.DecoderModel} and {@link
 *       io.diffusion4j.decoder.UpsamplerModel} are networks with their weights. They hold native
 *       memory until they are closed.
 *   <li>{@link io.diffusion4j.decoder.TextProjection} turns the image embedding and the text into
 *       the decoder's {@link io.diffusion4j.decoder.DecoderCondition}.
 *   <li>{@link io.diffusion4j.decoder.DecoderFolders} reads and writes {@code config.json}.
 *   <li>{@link io.diffusion4j.decoder.DecoderBatches} and {@link
 *       io.diffusion4j.decoder.DecoderObjective}, and their counterparts for the upsampler, train
 *       the networks.
 *   <li>{@link io.diffusion4j.decoder.DecoderLikelihood} computes the likelihood of pictures.
 * </ul>
 *
 * <p>The networks are in the packages below: {@code unet} and {@code dit}, both behind {@code
 * backbone}, and {@code classifier} for guidance by a classifier. Samplers, schedules and guidance
 * are in {@code io.diffusion4j.diffusion}; the pipeline with its prior is in {@code
 * io.diffusion4j.unclip}.
 */
@NullMarked
package io.diffusion4j.decoder;

import org.jspecify.annotations.NullMarked;
