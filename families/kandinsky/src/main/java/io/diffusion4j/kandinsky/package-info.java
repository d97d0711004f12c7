/**
 * Kandinsky 2.2: unCLIP with latents. A prior draws the image embedding of a text, a U-Net denoises
 * latents under this embedding, and MoVQ turns the latents into a picture.
 *
 * <p>A latent of the published model has 4 channels for 8×8 pixels, so the U-Net computes with
 * 64×64 positions for a picture of 512×512. Its condition is the image embedding alone: it reads no
 * text.
 *
 * <p>A model is two folders in diffusers' layout, a decoder and the prior that its card names. With
 * random weights, both are written in seconds:
 *
 * <pre>{@code
 * var random = new RandomKandinsky(KandinskyConfig.small());
 * Path decoder = random.write(Path.of("kandinsky"), DType.F32, 7, System.out::println);
 * try (var plugins = Plugins.of(List.of());
 *     var open = OpenPipeline.of(decoder, OpenOptions.with(Residency.ONE_AT_A_TIME), plugins)) {
 *   List<Image> images =
 *       open.pipeline()
 *           .draw(
 *               ImageTask.of("a lighthouse"),
 *               Map.of(),
 *               PhiloxNoise.images(7, 2),
 *               SamplingListener.NONE);
 * }
 * }</pre>
 *
 * <p>The values that depend on the condition only are computed once for all steps. A network is
 * compiled at the first use of a size; the least recently used sizes are closed.
 *
 * <p>Latents are used as MoVQ's encoder makes them, neither scaled nor quantised. The codebook is
 * in the files and has no reader.
 */
@NullMarked
package io.diffusion4j.kandinsky;

import org.jspecify.annotations.NullMarked;
