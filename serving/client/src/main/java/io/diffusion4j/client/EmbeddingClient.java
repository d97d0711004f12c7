package io.diffusion4j.client;

import com.google.common.collect.Lists;
import com.google.common.primitives.Floats;
import com.google.protobuf.ByteString;
import io.diffusion4j.serving.v1.Classification;
import io.diffusion4j.serving.v1.ClassifyImagesRequest;
import io.diffusion4j.serving.v1.EmbedImagesRequest;
import io.diffusion4j.serving.v1.EmbedTextsRequest;
import io.diffusion4j.serving.v1.Embedding;
import io.diffusion4j.serving.v1.EmbeddingServiceGrpc;
import io.diffusion4j.serving.v1.EmbeddingServiceGrpc.EmbeddingServiceBlockingStub;
import io.diffusion4j.serving.v1.FoundImage;
import io.diffusion4j.serving.v1.InputImage;
import io.diffusion4j.serving.v1.SearchImagesRequest;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.function.Function;

/**
 * Requests embeddings, labels and similar images from a server's models: see {@link
 * GenerationClient#embeddings}.
 *
 * <pre>{@code
 * var request = SearchImagesRequest.newBuilder().setText("a cat on a sofa").build();
 * client.embeddings().search(request).forEach(found -> System.out.println(found.getName()));
 * }</pre>
 *
 * <p>Thread-safe. Errors come as {@link GenerationException}.
 */
public final class EmbeddingClient {
  /** The largest number of texts in a request. */
  private static final int MAX_INPUTS = 64;

  private final EmbeddingServiceBlockingStub stub;
  private final Function<StatusRuntimeException, GenerationException> explained;

  EmbeddingClient(
      Channel channel, Function<StatusRuntimeException, GenerationException> explained) {
    this.stub =
        EmbeddingServiceGrpc.newBlockingStub(channel).withMaxInboundMessageSize(Integer.MAX_VALUE);
    this.explained = explained;
  }

  /**
   * Returns the embeddings of texts, in order, un-normalised.
   *
   * @throws GenerationException if the server refuses the request, fails or cannot be reached
   */
  public List<float[]> embed(EmbedTextsRequest request) {
    return ask(() -> values(stub.embedTexts(request).getEmbeddingsList()));
  }

  /**
   * Returns the embeddings of images, in order, un-normalised.
   *
   * @throws GenerationException if the server refuses the request, fails or cannot be reached
   */
  public List<float[]> embed(EmbedImagesRequest request) {
    return ask(() -> values(stub.embedImages(request).getEmbeddingsList()));
  }

  /**
   * Returns the directions of texts in the space that they share with images: embeddings of norm 1,
   * in order. The client sends as many requests as the limit of one needs.
   *
   * @param model the name of the model; empty for the default model
   * @throws GenerationException if the server refuses a request, fails or cannot be reached
   */
  public List<float[]> directionsOfTexts(String model, List<String> texts) {
    return Lists.partition(texts, MAX_INPUTS).stream()
        .map(some -> EmbedTextsRequest.newBuilder().setModel(model).addAllTexts(some).build())
        .flatMap(request -> embed(request).stream())
        .map(EmbeddingClient::normalised)
        .toList();
  }

  /**
   * Returns the directions of images in the space that they share with texts: embeddings of norm 1,
   * in order.
   *
   * @param model the name of the model; empty for the default model
   * @param images encoded files, such as PNG; each is a request, since a message holds 4 MiB
   * @throws GenerationException if the server refuses a request, fails or cannot be reached
   */
  public List<float[]> directionsOfImages(String model, List<byte[]> images) {
    return images.stream()
        .map(image -> InputImage.newBuilder().setData(ByteString.copyFrom(image)))
        .map(image -> EmbedImagesRequest.newBuilder().setModel(model).addImages(image).build())
        .flatMap(request -> embed(request).stream())
        .map(EmbeddingClient::normalised)
        .toList();
  }

  private static float[] normalised(float[] embedding) {
    double sum = 0;
    for (float value : embedding) {
      sum += (double) value * value;
    }
    float[] direction = new float[embedding.length];
    for (int i = 0; i < direction.length; i++) {
      direction[i] = (float) (embedding[i] / Math.sqrt(sum));
    }
    return direction;
  }

  /**
   * Classifies images, in the order of the images.
   *
   * @throws GenerationException if the server refuses the request, fails or cannot be reached
   */
  public List<Classification> classify(ClassifyImagesRequest request) {
    return ask(() -> stub.classifyImages(request).getClassificationsList());
  }

  /**
   * Returns the images of an index that are nearest to a query, best first.
   *
   * @throws GenerationException if the server refuses the request, fails or cannot be reached
   */
  public List<FoundImage> search(SearchImagesRequest request) {
    return ask(() -> stub.searchImages(request).getImagesList());
  }

  private interface Call<T> {
    T answer();
  }

  private <T> T ask(Call<T> call) {
    try {
      return call.answer();
    } catch (StatusRuntimeException e) {
      throw explained.apply(e);
    }
  }

  private static List<float[]> values(List<Embedding> embeddings) {
    return embeddings.stream().map(e -> Floats.toArray(e.getValuesList())).toList();
  }
}
