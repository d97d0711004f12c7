package io.diffusion4j.training;

import io.diffusion4j.data.DataSet;
import io.diffusion4j.diffusion.argument.Check;
import java.util.Optional;

/**
 * How a training is looked at while it goes on.
 *
 * @param validation examples that are not trained on, whose loss is measured
 * @param validateEvery after how many steps it is
 * @param previewEvery after how many steps the model is written with the weights as they are, to be
 *     drawn with; 0 for never
 */
public record Inspection(Optional<DataSet> validation, long validateEvery, long previewEvery) {
  /** No look at all. */
  public static final Inspection NONE = new Inspection(Optional.empty(), 1, 0);

  public Inspection {
    Check.that(validateEvery >= 1, "validate-every", validateEvery, "≥ 1");
    Check.that(previewEvery >= 0, "sample-every", previewEvery, "≥ 0");
  }
}
