package io.diffusion4j.evaluation;

import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.evaluation.Embedded.Named;
import java.util.List;

/**
 * The most similar picture of a set.
 *
 * @param key the key of the picture; empty if there is no other
 * @param distance 1 − the cosine of the embeddings, 0 to 2
 */
public record Neighbour(String key, double distance) {
  /**
   * Finds the picture of a set that is nearest to another one, excluding that picture itself.
   *
   * @param vector the vector of length 1
   * @param own its key if it is one of them, else empty
   */
  static Neighbour of(float[] vector, String own, List<Named> pictures) {
    var nearest = new Neighbour("", 2);
    for (Named picture : pictures) {
      double distance = 1 - Vectors.dot(vector, picture.vector());
      if (distance < nearest.distance && !picture.key().equals(own)) {
        nearest = new Neighbour(picture.key(), distance);
      }
    }
    return nearest;
  }
}
