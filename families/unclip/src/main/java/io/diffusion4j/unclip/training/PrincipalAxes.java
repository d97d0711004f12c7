package io.diffusion4j.unclip.training;

import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.prior.PrincipalComponents;
import java.util.List;

/**
 * Rotates the joint space of CLIP's towers so that its axes are the principal components of image
 * embeddings. All cosines stay the same. What distinguishes concepts is a small part of the
 * variance, and a prior that standardises each axis learns it only where it has axes of its own.
 */
final class PrincipalAxes {
  private static final List<String> PROJECTIONS =
      List.of("text_projection.weight", "visual_projection.weight");

  private PrincipalAxes() {}

  /**
   * Returns the weights with rotated projections, {@code [E, width]}.
   *
   * @param weights of both towers
   * @param embeddings image embeddings, {@code [E]} each, at least two
   */
  static TensorSource rotate(TensorSource weights, List<float[]> embeddings) {
    int size = embeddings.get(0).length;
    var axes =
        new PrincipalComponents(
            new float[size], PrincipalComponents.of(embeddings, size).directions());
    var rotated = new TensorMap().putAll("", weights.only(name -> !PROJECTIONS.contains(name)));
    for (String name : PROJECTIONS) {
      float[] projection = weights.read(name);
      int width = projection.length / size;
      float[] along = new float[projection.length];
      float[] column = new float[size];
      for (int at = 0; at < width; at++) {
        for (int i = 0; i < size; i++) {
          column[i] = projection[i * width + at];
        }
        double[] coordinates = axes.project(column);
        for (int i = 0; i < size; i++) {
          along[i * width + at] = (float) coordinates[i];
        }
      }
      rotated.put(name, weights.shape(name), along);
    }
    return rotated;
  }
}
