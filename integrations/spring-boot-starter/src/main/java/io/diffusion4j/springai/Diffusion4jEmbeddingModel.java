package io.diffusion4j.springai;

import io.diffusion4j.client.EmbeddingClient;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.diffusion.argument.Check;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.springframework.ai.content.Media;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.AbstractEmbeddingModel;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;

/**
 * Spring AI's embedding model over the CLIP of the generation service: texts and pictures in one
 * space, so that one finds the other.
 *
 * <p>A document is a text, or a picture as its media; a picture has to be in memory. Embeddings
 * have the Euclidean norm 1. Of the options, {@code model} names a model of the service; {@code
 * dimensions} are refused.
 *
 * <p>Thread-safe. The caller closes the client, whose server is elsewhere or in the process.
 */
public final class Diffusion4jEmbeddingModel extends AbstractEmbeddingModel {
  private final EmbeddingClient client;
  private final String model;

  /**
   * Creates a model.
   *
   * @param model the name of the model in the service; empty for its default
   */
  public Diffusion4jEmbeddingModel(GenerationClient client, String model) {
    this.client = client.embeddings();
    this.model = model;
  }

  @Override
  public EmbeddingResponse call(EmbeddingRequest request) {
    EmbeddingOptions options = request.getOptions();
    Integer dimensions = options == null ? null : options.getDimensions();
    if (dimensions != null) {
      throw Check.refusal("dimensions", dimensions, "none: those of the model");
    }
    String asked = options == null ? null : options.getModel();
    List<float[]> all =
        ask(
            () ->
                client.directionsOfTexts(asked == null ? model : asked, request.getInstructions()));
    return new EmbeddingResponse(
        IntStream.range(0, all.size()).mapToObj(i -> new Embedding(all.get(i), i)).toList());
  }

  @Override
  public float[] embed(Document document) {
    Media picture = document.getMedia();
    return picture == null
        ? embed(Objects.requireNonNullElse(getEmbeddingContent(document), ""))
        : ask(() -> client.directionsOfImages(model, List.of(picture.getDataAsByteArray()))).get(0);
  }

  private static List<float[]> ask(Supplier<List<float[]>> call) {
    try {
      return call.get();
    } catch (GenerationException e) {
      throw Diffusion4jImageModel.mapped(e);
    }
  }
}
