/**
 * Requests of the contract: validation, defaults, costs and recipes.
 *
 * <p>{@link io.diffusion4j.serving.request.RequestResolver} turns a {@code GenerateImagesRequest}
 * into a {@link io.diffusion4j.serving.request.ResolvedRequest}, which has a task, settings for
 * each stage, and seeds. It reports all faults of a request in one error. {@link
 * io.diffusion4j.serving.request.DirectGenerator} draws requests with a pipeline in this process,
 * without a server; {@link io.diffusion4j.serving.request.ImageBatch} draws images of several
 * requests together:
 *
 * <pre>{@code
 * ImageGenerator generator = new DirectGenerator(pipeline, Provenance.DECLARED);
 * byte[] png = generator.generate(request, progress -> {}).images().get(0).png();
 * }</pre>
 *
 * <p>How the types fit:
 *
 * <ul>
 *   <li>{@link io.diffusion4j.serving.request.TaskResolver} checks the task and decodes its images;
 *       {@link io.diffusion4j.serving.request.StageResolver} checks the options of a stage; {@code
 *       LoraResolver} finds the model variant with the requested low-rank updates.
 *   <li>{@link io.diffusion4j.serving.request.InputImages} limits and reduces the images of
 *       clients, within the memory of {@link io.diffusion4j.serving.request.DecodingMemory}.
 *   <li>{@link io.diffusion4j.serving.request.ImageSeed} maps the index of an image to its noise.
 *   <li>{@link io.diffusion4j.serving.request.FilterMessages} and {@link
 *       io.diffusion4j.serving.request.ModelParts} translate filters and replaced parts into
 *       messages.
 *   <li>{@link io.diffusion4j.serving.request.OutputSize} is an output size of HTTP APIs, which
 *       request sizes that a model may not draw; a {@link io.diffusion4j.serving.request.Resizer}
 *       makes it from a drawn image.
 * </ul>
 *
 * <p>A resolved request is complete: sent to another server with the same weights, it gives the
 * same images. The recipe in an image file is such a request for one image.
 *
 * <p>Deliberately absent: authorization, which is in {@link io.diffusion4j.serving.grpc}, and
 * quotas and queueing, which are in {@link io.diffusion4j.serving.jobs}.
 */
@NullMarked
package io.diffusion4j.serving.request;

import org.jspecify.annotations.NullMarked;
