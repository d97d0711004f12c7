/**
 * Spring AI's image model over the generation service, in this process or on a server.
 *
 * <pre>{@code
 * ImageModel model = new Diffusion4jImageModel(client);
 * var options = Diffusion4jImageOptions.builder().n(4).seed(7).negativePrompt("text").build();
 * ImageResponse response = model.call(new ImagePrompt("a red apple", options));
 * }</pre>
 *
 * <p>The client is a {@link io.diffusion4j.client.GenerationClient}: of a server, or of a {@code
 * LocalGeneration} in this process. Portable options of Spring AI work too; unsupported ones are
 * errors. {@link io.diffusion4j.springai.Diffusion4jImageMetadata} has the seed and the recipe of
 * each image.
 *
 * <p>{@link io.diffusion4j.springai.Diffusion4jImageOptions} has the options that Spring AI's
 * portable ones lack: the negative prompt, a seed for each image, and sampling settings by stage.
 * The options of a prompt take precedence over the model's defaults. A refused image has metadata
 * with the filter's reason, and no data.
 *
 * <p>The caller opens and closes the client. The model is thread-safe, and one client can serve
 * many models. Requests have the same checks, queue and quotas as those of every other client, and
 * an error of the service keeps its message.
 *
 * <p>Auto-configuration for Spring Boot is in {@code io.diffusion4j.springboot}. Events and
 * previews are not part of Spring AI's interface: use the client.
 */
@NullMarked
package io.diffusion4j.springai;

import org.jspecify.annotations.NullMarked;
