/**
 * unCLIP (Ramesh et al. 2022): a pipeline folder in diffusers' layout, loaded and wired.
 *
 * <p>{@link io.diffusion4j.unclip.UnclipModel} loads CLIP, the priors, the decoder and the
 * upsampler of a folder:
 *
 * <pre>{@code
 * try (UnclipModel model =
 *     UnclipModel.load(Path.of("emoji/model"), Compute.of(Precision.FLOAT32))) {
 *   TextEncoder texts = model.textEncoder();
 *   Prior prior = model.prior();
 *   ImageDecoder decoder = model.decoder();
 *   Upsampler upsampler = model.upsampler();
 * }
 * }</pre>
 *
 * <p>Most programs do not use these parts one by one: {@link io.diffusion4j.pipeline.OpenPipeline}
 * opens the folder as an {@code ImagePipeline}, wired by {@link
 * io.diffusion4j.unclip.UnclipModule}.
 *
 * <ul>
 *   <li>{@link io.diffusion4j.unclip.UnclipFolder} describes the layout: {@code UnCLIPPipeline} or
 *       {@code UnCLIPImageVariationPipeline}, and our additional components.
 *   <li>{@code UnclipFolder} has the rows of the components and lists the failures of a folder without loading it; the {@code doctor}
 *       package examines trained networks.
 *   <li>{@link io.diffusion4j.unclip.KarloFiles} converts Karlo's original files, and {@link
 *       io.diffusion4j.unclip.RandomPipeline} writes an untrained pipeline of any size.
 *   <li>{@link io.diffusion4j.unclip.RecordedNoise} and {@link
 *       io.diffusion4j.unclip.PreparedPixels} replay the inputs of another framework, to compare
 *       results number by number.
 *   <li>{@link io.diffusion4j.unclip.PriorMeasurement} measures the statistics that the sampler
 *       {@code analytic-dpm} needs.
 * </ul>
 *
 * <p>The networks are in the modules {@code clip}, {@code prior} and {@code decoder}, their
 * training is in {@code training}.
 */
@NullMarked
package io.diffusion4j.unclip;

import org.jspecify.annotations.NullMarked;
