package io.diffusion4j.serving.model;

import java.util.List;

/**
 * Images that a server can search. Bound in the set of indices:
 *
 * <pre>{@code
 * Multibinder.newSetBinder(binder(), ImageIndex.class).addBinding().toInstance(index);
 * }</pre>
 *
 * <p>Thread-safe. Whoever opened it closes it.
 */
public interface ImageIndex {
  /** What requests call it. */
  String name();

  /** The name of the served model whose embeddings it has; empty while that model is not served. */
  String model();

  /**
   * The nearest images, best first.
   *
   * @param embedding of the model, of any length above 0
   * @param most how many at most
   * @throws IllegalArgumentException if it is no embedding of the model
   */
  List<Found> nearest(float[] embedding, int most);

  /**
   * An image that was found.
   *
   * @param name what the index calls it
   * @param cosine of the angle between its embedding and that of the query
   */
  record Found(String name, double cosine) {}
}
