package io.diffusion4j.training;

import io.diffusion4j.data.DataSet;
import io.diffusion4j.diffusion.argument.Check;
import java.util.Optional;

/**
 * Validation and previews during a training.
 *
 * @param validation held-out examples, whose loss is measured
 * @param validateEvery the number of steps between two validations
 * @param previewEvery the number of steps between two snapshots of the model, for drawing; 0 for
 *     none
 */
public record Inspection(Optional<DataSet> validation, long validateEvery, long previewEvery) {
  /** An inspection without validation and previews. */
  public static final Inspection NONE = new Inspection(Optional.empty(), 1, 0);

  public Inspection {
    Check.that(validateEvery >= 1, "validate-every", validateEvery, "≥ 1");
    Check.that(previewEvery >= 0, "sample-every", previewEvery, "≥ 0");
  }
}
