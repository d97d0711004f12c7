/**
 * LangChain4j's image model over the generation service, in this process or on a server.
 *
 * <pre>{@code
 * ImageModel model = Diffusion4jImageModel.builder(client).seed(7).negativePrompt("text").build();
 * Response<Image> response = model.generate("a red apple");
 * }</pre>
 *
 * <p>{@link io.diffusion4j.langchain4j.Diffusion4jImageModel} generates and edits images. The
 * client is a {@link io.diffusion4j.client.GenerationClient}: of a server, or of a {@code
 * LocalGeneration} in this process. The service's errors become LangChain4j's exceptions, so its
 * retries apply.
 *
 * <p>Events and previews are not part of LangChain4j's interface: use the client.
 */
@NullMarked
package io.diffusion4j.langchain4j;

import org.jspecify.annotations.NullMarked;
