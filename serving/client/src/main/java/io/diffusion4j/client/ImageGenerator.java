package io.diffusion4j.client;

import io.diffusion4j.client.GenerationClient.ProgressListener;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Model;
import java.util.List;
import java.util.function.Consumer;

/**
 * A generation service, on a server or in this process. Programs that draw take one, so that both
 * are used in the same way:
 *
 * <pre>{@code
 * try (ImageGenerator generator = GenerationClient.connect("127.0.0.1:50051")) {
 *   var request = Requests.textToImage("a red apple").build();
 *   byte[] png = generator.generate(request, ProgressListener.NONE).images().get(0).png();
 * }
 * }</pre>
 */
public interface ImageGenerator extends AutoCloseable {
  /** Returns the models with their tasks and options. */
  List<Model> models();

  /**
   * Draws the images of a request, and reports the progress to a listener.
   *
   * @throws GenerationException if a server refuses it, fails or cannot be reached
   * @throws IllegalArgumentException if a model in this process refuses it
   */
  Generation generate(GenerateImagesRequest request, ProgressListener listener);

  /**
   * Draws several requests; those that can be drawn together may be one batch.
   *
   * @param drawn receives the result of each request, in order
   */
  default void generateAll(
      List<GenerateImagesRequest> requests, ProgressListener listener, Consumer<Generation> drawn) {
    requests.forEach(request -> drawn.accept(generate(request, listener)));
  }

  @Override
  void close();
}
