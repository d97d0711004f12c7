/**
 * GLIDE (Nichol et al. 2022): diffusion models with their own text encoders.
 *
 * <p>{@link io.diffusion4j.glide.GlidePipeline} draws a small image with the base network and
 * enlarges it with the upsampler. Both networks are {@link io.diffusion4j.glide.GlideModel}s: a
 * U-Net, and a transformer that reads the text once for all steps. With the networks for
 * inpainting, the pipeline also completes a picture.
 *
 * <pre>{@code
 * try (var plugins = Plugins.of(List.of());
 *     var open = OpenPipeline.of(Path.of("glide"), OpenOptions.with(Residency.ALWAYS), plugins)) {
 *   List<Image> images =
 *       open.pipeline()
 *           .draw(
 *               ImageTask.of("a hedgehog"),
 *               Map.of(), // the settings of OpenAI's demonstration
 *               PhiloxNoise.images(7, 1),
 *               SamplingListener.NONE);
 * }
 * }</pre>
 *
 * <p>There is no prior and no image embedding, so variations and interpolations are not supported.
 * Training is not supported either, but both networks can be distilled for few steps. CLIP guidance
 * is in {@code io.diffusion4j.clip.noised}.
 */
@NullMarked
package io.diffusion4j.glide;

import org.jspecify.annotations.NullMarked;
