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
 * var random = new RandomKandinsky(KandinskyConfig.small(), DType.F32, 7);
 * Path decoder = random.write(Path.of("kandinsky"), part -> System.out.println(part));
 * try (var plugins = Plugins.of(List.of());
 *     var open = OpenPipeline.of(decoder, Opening.with(Residency.ONE_AT_A_TIME), plugins)) {
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
 * <h2>How the types fit</h2>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.kandinsky.KandinskyFamily} recognises the folders and opens them as a
 *       pipeline. The service loader finds it, so programs call {@link
 *       io.diffusion4j.pipeline.OpenPipeline}.
 *   <li>{@link io.diffusion4j.kandinsky.KandinskyPair} finds the folders of decoder and prior, and
 *       the components in them.
 *   <li>{@link io.diffusion4j.kandinsky.KandinskyConfig} contains the shapes of all networks.
 *       {@link io.diffusion4j.kandinsky.KandinskyUnet} is the U-Net, for text to image, inpainting,
 *       or hints such as a depth map. {@link io.diffusion4j.kandinsky.Movq} is the autoencoder
 *       (Zheng et al. 2022).
 *   <li>{@link io.diffusion4j.kandinsky.MovqModel} is MoVQ with its weights. A training encodes its
 *       pictures with it.
 *   <li>{@link io.diffusion4j.kandinsky.LatentObjective} is the loss of the U-Net, and {@link
 *       io.diffusion4j.kandinsky.LatentBatches} are its batches.
 *   <li>{@link io.diffusion4j.kandinsky.RandomKandinsky} writes an untrained model of any size.
 * </ul>
 *
 * <p>The values that depend on the condition only are computed once for all steps. A network is
 * compiled at the first use of a size; the least recently used sizes are closed.
 *
 * <p>Latents are used as MoVQ's encoder makes them, neither scaled nor quantised. The codebook is
 * in the files and has no reader.
 *
 * <p>Not here: CLIP's towers and the networks of the prior, which are in the modules {@code clip}
 * and {@code prior}; the U-Net's blocks, which are in {@code decoder}; the loop of a training
 * ({@code io.diffusion4j.training}); and a training of MoVQ.
 */
@NullMarked
package io.diffusion4j.kandinsky;

import org.jspecify.annotations.NullMarked;
