/**
 * Spring AI's image model over the generation service, in this process or on a server.
 *
 * <pre>{@code
 * ImageModel model = new Diffusion4jImageModel(client);
 * var options = Diffusion4jImageOptions.builder().n(4).seed(7).negativePrompt("text").build();
 * ImageResponse response = model.call(new ImagePrompt("a red apple", options));
 * }</pre>
 *
 * <p>The caller opens and closes the client. The model is thread-safe, and one client can serve
 * many models. Requests have the same checks, queue and quotas as those of every other client, and
 * an error of the service keeps its message.
 */
@NullMarked
package io.diffusion4j.springai;

import org.jspecify.annotations.NullMarked;
