/**
 * Diffusion in pixels without words: DDPM (Ho et al. 2020), DiT and U-ViT.
 *
 * <p>{@link io.diffusion4j.ddpm.DdpmPipeline} draws images with one network, at random or of a
 * class. {@link io.diffusion4j.ddpm.DdpmFolder} describes its folder in the layout of diffusers'
 * {@code DDPMPipeline}, {@code DDIMPipeline} or {@code DiTPipeline}.
 *
 * <pre>{@code
 * try (var plugins = Plugins.of(List.of());
 *     var open = OpenPipeline.of(Path.of("flowers"), Opening.with(Residency.ALWAYS), plugins)) {
 *   var anything = new ImageTask.Unconditional(OptionalInt.empty()); // or a class
 *   List<Image> images =
 *       open.pipeline().draw(anything, Map.of(), PhiloxNoise.images(7, 4), SamplingListener.NONE);
 * }
 * }</pre>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.ddpm.PixelBackbone} is the network: {@link
 *       io.diffusion4j.ddpm.PixelNetwork} (U-Net), {@link io.diffusion4j.ddpm.PixelDit} or {@link
 *       io.diffusion4j.ddpm.PixelUvit}. {@link io.diffusion4j.ddpm.PixelModel} is a network with
 *       its weights.
 *   <li>{@link io.diffusion4j.checkpoint.SchedulerConfig} reads {@code scheduler_config.json}.
 *   <li>{@link io.diffusion4j.ddpm.LatentDecoder} turns latents into images, for networks of
 *       latents.
 *   <li>{@link io.diffusion4j.ddpm.PixelObjective} and {@link io.diffusion4j.ddpm.PixelBatches}
 *       train a network; a denoising autoencoder is a DDPM with one timestep.
 * </ul>
 *
 * <p>The pipeline is found by the service loader as a {@link io.diffusion4j.pipeline.ModelFamily},
 * so callers need no class of this package to draw. Text conditions and cross attention are not
 * here: see {@code io.diffusion4j.decoder}. The encoder of an autoencoder is missing too, so
 * latents cannot be edited or trained.
 */
@NullMarked
package io.diffusion4j.ddpm;

import org.jspecify.annotations.NullMarked;
