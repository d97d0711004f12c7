/**
 * Diffusion in pixels without a prompt: DDPM (Ho et al. 2020), DiT and U-ViT.
 *
 * <p>{@link io.diffusion4j.ddpm.DdpmPipeline} draws images with one network, at random or of a
 * class. {@link io.diffusion4j.ddpm.DdpmFolder} describes its folder in the layout of diffusers'
 * {@code DDPMPipeline}, {@code DDIMPipeline} or {@code DiTPipeline}.
 *
 * <pre>{@code
 * try (var plugins = Plugins.of(List.of());
 *     var open = OpenPipeline.of(Path.of("flowers"), OpenOptions.with(Residency.ALWAYS), plugins)) {
 *   var anything = new ImageTask.Unconditional(OptionalInt.empty()); // or a class
 *   List<Image> images =
 *       open.pipeline().draw(anything, Map.of(), PhiloxNoise.images(7, 4), SamplingListener.NONE);
 * }
 * }</pre>
 *
 * <p>The pipeline is found by the service loader, so callers need no class of this package to draw.
 * The encoder of an autoencoder is missing, so latents cannot be edited or trained.
 */
@NullMarked
package io.diffusion4j.ddpm;

import org.jspecify.annotations.NullMarked;
