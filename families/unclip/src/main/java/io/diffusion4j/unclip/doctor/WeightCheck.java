package io.diffusion4j.unclip.doctor;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.ModelFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks that all weights are finite numbers, since one NaN spreads to every prediction. */
final class WeightCheck {

  private WeightCheck() {}

  /** Describes the failure of a component's weights. */
  static Optional<String> of(ModelFolder folder, String component) {
    List<String> broken = new ArrayList<>();
    try (Checkpoint weights = folder.checkpoint(component)) {
      for (String name : weights.names()) {
        if (weights.info(name).dtype().isFloat() && !areFinite(weights.read(name))) {
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
