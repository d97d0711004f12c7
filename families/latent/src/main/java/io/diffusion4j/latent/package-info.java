/**
 * Stable Diffusion 1.x and 2.x and their relatives: a U-Net denoises the latents of an autoencoder
 * under the states of a text (Rombach et al. 2022).
 *
 * <p>A latent of the published models has 4 channels for 8×8 pixels, so the U-Net computes with
 * 64×64 positions for a picture of 512×512.
 *
 * <pre>{@code
 * try (var plugins = Plugins.of(List.of());
 *     var open = OpenPipeline.of(folder, OpenOptions.with(Residency.ALWAYS), plugins)) {
 *   var task = ImageTask.of("a lighthouse");
 *   var images =
 *       open.pipeline()
 *           .draw(task, Map.of(), PhiloxNoise.images(7, 2), SamplingListener.NONE);
 * }
 * }</pre>
 *
 * <h2>How the types fit</h2>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.latent.StableDiffusionFamily} recognises the folders and opens them
 *       as a pipeline. The service loader finds it.
 *   <li>{@link io.diffusion4j.latent.ConditionalUnet} is the U-Net in all its published forms.
 *   <li>{@code Vae} is the autoencoder, of either class; {@code VaeModel} is it with its weights.
 * </ul>
 *
 * <p>A network is compiled at the first use of a size; the least recently used sizes are closed.
 *
 * <p>Not here: the text tower, which is in the module {@code clip}; the schedulers, which are in
 * {@code diffusion-api}; and the safety checker, which is not run.
 */
@NullMarked
package io.diffusion4j.latent;

import org.jspecify.annotations.NullMarked;
