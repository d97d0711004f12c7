/**
 * Images from words and from other images.
 *
 * <p>An {@link io.diffusion4j.diffusion.pipeline.ImagePipeline} is a model that draws: it has a
 * {@link io.diffusion4j.diffusion.pipeline.ModelCard}, which lists its tasks and its stages, and
 * one method for all tasks.
 *
 * <pre>{@code
 * List<Image> images =
 *     pipeline.draw(
 *         ImageTask.of("a red apple"),
 *         pipeline.defaults(ImageTask.Kind.TEXT_TO_IMAGE),
 *         PhiloxNoise.images(7, 4),
 *         SamplingListener.NONE);
 * }</pre>
 *
 * <p>An {@link io.diffusion4j.diffusion.pipeline.ImageTask} is the request: a text, an image to
 * vary, complete, enlarge or change, or an image embedding. {@link
 * io.diffusion4j.diffusion.pipeline.UnclipPipeline} composes the {@linkplain
 * io.diffusion4j.diffusion.part parts} of unCLIP for all of them; they can be lambdas:
 *
 * <pre>{@code
 * var parts = new UnclipParts(textEncoder, prior, imageEncoder, decoder, upsampler);
 * ImagePipeline pipeline =
 *     new UnclipPipeline(() -> identity, Pixels.square(64), Limits.USUAL, tasks, parts);
 * }</pre>
 *
 * <p>Tasks that keep something of an image are an {@link
 * io.diffusion4j.diffusion.pipeline.ImageEdit}: a decorator around decoder and upsampler. {@link
 * io.diffusion4j.diffusion.pipeline.Inpainting} and {@link
 * io.diffusion4j.diffusion.pipeline.ImageToImage} are two of them.
 *
 * <p>What is not here: model folders and networks, which the model families open, and the contract
 * of the service, whose requests become tasks at its edge.
 */
@NullMarked
package io.diffusion4j.diffusion.pipeline;

import org.jspecify.annotations.NullMarked;
