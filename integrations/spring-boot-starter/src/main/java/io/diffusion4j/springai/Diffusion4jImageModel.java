package io.diffusion4j.springai;

import io.diffusion4j.client.Generation;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.client.RequestedSize;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import java.util.Base64;
import java.util.List;
import org.springframework.ai.image.Image;
import org.springframework.ai.image.ImageGeneration;
import org.springframework.ai.image.ImageModel;
import org.springframework.ai.image.ImageOptions;
import org.springframework.ai.image.ImagePrompt;
import org.springframework.ai.image.ImageResponse;
import org.springframework.ai.image.ImageResponseMetadata;
import org.springframework.ai.retry.NonTransientAiException;
import org.springframework.ai.retry.TransientAiException;

/**
 * Spring AI's image model over the generation service.
 *
 * <p>A prompt is one text message, and optionally one message of negative weight: the negative
 * prompt. A message with an image requests variations of it. Options are {@link
 * Diffusion4jImageOptions}, or the portable ones; unsupported options are errors and never ignored.
 *
 * <p>Images are returned as Base64 with {@link Diffusion4jImageMetadata}. The metadata of the
 * response holds {@value #REQUEST_ID}, and under {@value #FAILURES} the messages of images that
 * could not be drawn. An image that a filter of the server refused has no data, and its metadata
 * has the reason.
 *
 * <p>Thread-safe. The caller closes the client.
 */
public final class Diffusion4jImageModel implements ImageModel {
  /** The key of the request's id in the metadata of a response. */
  public static final String REQUEST_ID = "requestId";

  /** The key of the failures in the metadata of a response. */
  public static final String FAILURES = "failures";

  static final String RESPONSE_FORMAT = "b64_json";

  private final GenerationClient client;
  private final Diffusion4jImageOptions defaults;

  /** Creates a model with the service's defaults. */
  public Diffusion4jImageModel(GenerationClient client) {
    this(client, Diffusion4jImageOptions.builder().build());
  }

  /**
   * Creates a model with default options.
   *
   * @param defaults options that apply where a prompt's options have no value
   */
  public Diffusion4jImageModel(GenerationClient client, Diffusion4jImageOptions defaults) {
    this.client = client;
    this.defaults = defaults;
  }

  /**
   * Draws the images of a prompt.
   *
   * @throws IllegalArgumentException if the prompt or its options are not supported
   * @throws NonTransientAiException if the service refuses the request
   * @throws TransientAiException if the same request may succeed later
   */
  @Override
  public ImageResponse call(ImagePrompt prompt) {
    GenerateImagesRequest request = PromptRequest.of(prompt, defaults);
    try {
      ImageOptions options = prompt.getOptions();
      if (options != null) {
        request = size(options).addedTo(request, client);
      }
      request = size(defaults).addedTo(request, client);
      return response(client.generate(request));
    } catch (GenerationException e) {
      throw mapped(e);
    }
  }

  private static RequestedSize size(ImageOptions options) {
    return new RequestedSize(options.getWidth(), options.getHeight());
  }

  private static ImageResponse response(Generation generation) {
    var metadata = new ImageResponseMetadata();
    metadata.put(REQUEST_ID, generation.requestId());
    metadata.put(
        FAILURES, generation.failures().stream().map(f -> f.getError().getMessage()).toList());
    List<ImageGeneration> images =
        generation.images().stream().map(Diffusion4jImageModel::image).toList();
    return new ImageResponse(images, metadata);
  }

  private static ImageGeneration image(Generation.Picture picture) {
    var about = picture.metadata();
    String base64 = picture.isRefused() ? null : Base64.getEncoder().encodeToString(picture.png());
    return new ImageGeneration(
        new Image(null, base64),
        new Diffusion4jImageMetadata(
            about.getSeed(),
            about.getStream(),
            about.getMediaType(),
            about.getRecipe(),
            about.getRefusal().getMessage()));
  }

  static RuntimeException mapped(GenerationException e) {
    String message = e.getMessage() == null ? e.code().toString() : e.getMessage();
    return switch (e.code()) {
      case UNAVAILABLE, RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED, ABORTED, INTERNAL, DATA_LOSS ->
          new TransientAiException(message, e);
      default -> new NonTransientAiException(message, e);
    };
  }
}
