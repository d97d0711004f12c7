/**
 * LangChain4j's image model over the generation service, in this process or on a server.
 *
 * <pre>{@code
 * ImageModel model = Diffusion4jImageModel.builder(client).seed(7).negativePrompt("text").build();
 * Response<Image> response = model.generate("a red apple");
 * }</pre>
 *
 * <p>Images are returned as PNG in base64, with the recipe in the file. The metadata of a response
 * contains the id of the request, the recipes, the refusals of filters and the messages of failed
 * images, under the constants of the class. An image that could not be drawn does not discard the
 * others.
 *
 * <p>The service's errors become LangChain4j's exceptions: a full queue is retriable, an invalid
 * request is not. So LangChain4j's retries apply without further settings.
 */
@NullMarked
package io.diffusion4j.langchain4j;

import org.jspecify.annotations.NullMarked;
