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
 * LocalGeneration} in this process. The caller opens and closes the client; one client can serve
 * many models.
 *
 * <p>The builder collects the settings of every request: the model's name, a negative prompt, the
 * seed, the size, and options by stage, such as steps and guidance. Settings that are not given
 * have the served model's defaults. An edit takes the image, an optional mask and a text; {@code
 * strength} controls how far the result may depart from the image.
 *
 * <p>Images are returned as PNG in base64, with the recipe in the file. The metadata of a response
 * contains the id of the request, the recipes, the refusals of filters and the messages of failed
 * images, under the constants of the class. An image that could not be drawn does not discard the
 * others.
 *
 * <p>The service's errors become LangChain4j's exceptions: a full queue is retriable, an invalid
 * request is not. So LangChain4j's retries apply without further settings.
 *
 * <p>Progress events and previews are not part of LangChain4j's interface: use the client. Kotlin
 * users find suspending calls in the module {@code kotlin}, and Spring AI's interface is in {@code
 * io.diffusion4j.springai}.
 */
@NullMarked
package io.diffusion4j.langchain4j;

import org.jspecify.annotations.NullMarked;
