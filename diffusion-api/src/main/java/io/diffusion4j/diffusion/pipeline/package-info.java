/**
 * Models that draw images, behind one interface: an {@link
 * io.diffusion4j.diffusion.pipeline.ImagePipeline} carries out an {@link
 * io.diffusion4j.diffusion.pipeline.ImageTask}.
 *
 * <p>The command line, the service and programs that embed a model all call this interface,
 * whatever the family of the model:
 *
 * <pre>{@code
 * ImageTask task = ImageTask.of("a red apple");
 * Stage decoder = pipeline.card().stage("decoder").orElseThrow();
 * SamplingSettings few = decoder.defaults().withSteps(25);
 * pipeline.check(task, decoder.name(), few);
 * List<Image> images =
 *     pipeline.draw(
 *         task,
 *         Map.of(decoder.name(), few), // the other stages use their defaults
 *         PhiloxNoise.images(7, 4), // four images of seed 7
 *         SamplingListener.NONE);
 * }</pre>
 *
 * <p>{@link io.diffusion4j.diffusion.pipeline.UnclipPipeline} composes {@link
 * io.diffusion4j.diffusion.pipeline.UnclipParts} (Ramesh et al. 2022). The image embedding z_i in
 * the middle of the chain makes tasks possible that a single network does not have:
 *
 * <ul>
 *   <li>Text to image draws z_i from the prior, P(z_i | y), and then the image from the decoder,
 *       P(x | z_i, y).
 *   <li>A variation decodes the z_i of an image, an interpolation the point slerp(z_a, z_b, r)
 *       between the embeddings of two images (§3.2).
 *   <li>A text diff rotates z_i in the direction from one text's embedding to another's, and
 *       decodes from the x_T that {@link io.diffusion4j.diffusion.pipeline.Inversion} found (§3.3).
 *   <li>An {@link io.diffusion4j.diffusion.pipeline.ImageEdit} decorates decoder and upsampler:
 *       {@link io.diffusion4j.diffusion.pipeline.ImageToImage} and {@link
 *       io.diffusion4j.diffusion.pipeline.Inpainting}.
 * </ul>
 *
 * <p>{@code draw} returns all pictures, also those that a filter refuses: the service and the
 * command line apply the filters.
 */
@NullMarked
package io.diffusion4j.diffusion.pipeline;

import org.jspecify.annotations.NullMarked;
