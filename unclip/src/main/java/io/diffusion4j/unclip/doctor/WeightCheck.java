package io.diffusion4j.unclip.doctor;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.ModelFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether all weights are finite numbers: one that is not is in every answer. */
final class WeightCheck {

  private WeightCheck() {}

  /** What is wrong with the weights of a component, in words. */
  static Optional<String> of(ModelFolder folder, String component) {
    List<String> broken = new ArrayList<>();
    try (Checkpoint weights = folder.checkpoint(component)) {
      for (String name : weights.names()) {
        if (weights.info(name).dtype().isFloat() && !areFinite(weights.readFloats(name))) {
          broken.add(name);
        }
      }
    }
    return broken.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "not all weights are finite numbers, in "
                + broken.get(0)
                + (broken.size() == 1 ? "" : " and " + (broken.size() - 1) + " others"));
  }

  private static boolean areFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }
}
