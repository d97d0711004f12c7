package io.diffusion4j.evaluation;

import io.diffusion4j.diffusion.embedding.Vectors;
import java.util.List;

/** How near rows of numbers are to each other. */
final class Distances {
  private Distances() {}

  static double meanSquare(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = a[i] - b[i];
      sum += difference * difference;
    }
    return sum / a.length;
  }

  /** How many others are at least as near as the right one; a tie counts against it. */
  static int rank(float[] vector, List<float[]> all, int right) {
    double similarity = Vectors.dot(vector, all.get(right));
    int better = 0;
    for (int i = 0; i < all.size(); i++) {
      if (i != right && Vectors.dot(vector, all.get(i)) >= similarity) {
        better++;
      }
    }
    return better;
  }
}
