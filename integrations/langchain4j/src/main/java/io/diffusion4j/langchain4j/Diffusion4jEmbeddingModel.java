package io.diffusion4j.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ContentType;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import io.diffusion4j.client.EmbeddingClient;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * LangChain4j's embedding model over the CLIP of the generation service: texts and pictures in one
 * space, so that one finds the other.
 *
 * <pre>{@code
 * EmbeddingModel model = new Diffusion4jEmbeddingModel(client, "");
 * Embedding cat = model.embed("a cat").content();
 * Embedding picture = Diffusion4jEmbeddingModel.embed(model, png);
 * }</pre>
 *
 * <p>Embeddings have the Euclidean norm 1. An input is one text or one picture in Base64; a picture
 * with only a URL is an error. Errors of the service become LangChain4j's exceptions.
 *
 * <p>Thread-safe. The caller closes the client, whose server is elsewhere or in the process.
 */
public final class Diffusion4jEmbeddingModel implements EmbeddingModel {
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

  /** Returns the embedding of a picture, an encoded file such as PNG. */
  public static Embedding embed(EmbeddingModel model, byte[] picture) {
    var content = ImageContent.from(Base64.getEncoder().encodeToString(picture), "image/*");
    var request = EmbeddingRequest.builder().inputs(List.of(EmbeddingInput.from(content))).build();
    return model.embed(request).embeddings().get(0);
  }

  @Override
  public Set<ContentType> supportedContentTypes() {
    return Set.of(ContentType.TEXT, ContentType.IMAGE);
  }

  @Override
  public String modelName() {
    return model;
  }

  @Override
  public EmbeddingResponse doEmbed(EmbeddingRequest request) {
    List<String> texts = new ArrayList<>();
    List<byte[]> pictures = new ArrayList<>();
    List<Boolean> order = new ArrayList<>(); // whether an input is a picture
    for (EmbeddingInput input : request.inputs()) {
      Content content = one(input);
      if (content instanceof ImageContent picture) {
        pictures.add(Diffusion4jImageModel.file("image", picture.image()));
      } else {
        texts.add(((TextContent) content).text());
      }
      order.add(content instanceof ImageContent);
    }
    try {
      var ofTexts = client.directionsOfTexts(model, texts).iterator();
      var ofPictures = client.directionsOfImages(model, pictures).iterator();
      return EmbeddingResponse.builder()
          .embeddings(
              order.stream()
                  .map(picture -> Embedding.from((picture ? ofPictures : ofTexts).next()))
                  .toList())
          .modelName(model)
          .build();
    } catch (GenerationException e) {
      throw LangChain4jErrors.mapped(e);
    }
  }

  private static Content one(EmbeddingInput input) {
    if (input.contents().size() != 1) {
      throw new IllegalArgumentException(
          "contents: " + input.contents().size() + " (expected: one text or one picture)");
    }
    return input.contents().get(0);
  }
}
