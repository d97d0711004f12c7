package io.diffusion4j.evaluation;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.emoji.scene.Observation;
import io.diffusion4j.evaluation.judge.EvaluationModel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A picture with its measurements.
 *
 * @param image the picture
 * @param seen measured from its pixels without a network
 * @param vector the judge's, of length 1; empty if there is no judge
 */
public record MeasuredImage(Image image, Observation seen, float[] vector) {
  /** Measures pictures. */
  public static List<MeasuredImage> of(List<Image> images, Optional<EvaluationModel> judge) {
    List<float[]> vectors =
        judge
            .map(there -> there.images(images))
            .orElseGet(() -> Collections.nCopies(images.size(), new float[0]));
    List<MeasuredImage> readings = new ArrayList<>(images.size());
    for (int i = 0; i < images.size(); i++) {
      readings.add(new MeasuredImage(images.get(i), Observation.of(images.get(i)), vectors.get(i)));
    }
    return readings;
  }
}
