package io.diffusion4j.serving.model;

import java.util.List;

/**
 * A collection of images that clients can search by embedding. Indices are bound in a set:
 *
 * <pre>{@code
 * Multibinder.newSetBinder(binder(), ImageIndex.class).addBinding().toInstance(index);
 * }</pre>
 *
 * <p>Implementations are thread-safe. The server does not close an index; its owner does.
 */
public interface ImageIndex {
  /** Returns the name of the index in requests. */
  String name();

  /**
   * Returns the name of the served model that computed the embeddings; empty while that model is
   * not served.
   */
  String model();

  /**
   * Finds the nearest images by cosine similarity, best first.
   *
   * @param embedding an embedding of the model; its norm is above 0 and need not be 1
   * @param most the largest number of results
   * @throws IllegalArgumentException if the embedding does not have the dimensions of the model
   */
  List<Found> nearest(float[] embedding, int most);

  /**
   * A search result.
   *
   * @param name the name of the image in the index
   * @param cosine the cosine similarity of the image and the query, -1 to 1
   */
  record Found(String name, double cosine) {}
}
