package io.diffusion4j.training;

import io.diffusion4j.data.DataSet;
import io.diffusion4j.diffusion.argument.Check;
import java.time.Duration;
import java.util.Optional;

/**
 * Validation and previews during a training.
 *
 * @param validation held-out examples, whose loss is measured and which are drawn; without them
 *     training examples are drawn
 * @param validateEvery the number of steps between two validations
 * @param previewEvery when the model is drawn with; always at the end too, except {@link
 *     Interval#NEVER}
 * @param best the use of the validation loss
 */
public record Inspection(
    Optional<DataSet> validation, long validateEvery, Interval previewEvery, Best best) {
  /** An inspection without validation and previews. */
  public static final Inspection NONE =
      new Inspection(Optional.empty(), 1, Interval.NEVER, Best.UNUSED);

  public Inspection {
    Check.that(validateEvery >= 1, "validate-every", validateEvery, "≥ 1");
    Check.that(
        validation.isPresent() || !best.keeps(), "keep-best", best.keeps(), "with --validation");
    Check.that(
        validation.isPresent() || best.patience() == 0,
        "early-stop",
        best.patience(),
        "with --validation");
  }

  /**
   * The use of the validation loss during a training.
   *
   * @param keeps whether the model gets the weights with the lowest loss instead of the last ones
   * @param patience the number of validations without a lower loss after which a training ends; 0
   *     for any number
   */
  public record Best(boolean keeps, int patience) {
    public static final Best UNUSED = new Best(false, 0);

    public Best {
      Check.that(patience >= 0, "early-stop", patience, "≥ 0");
    }
  }

  /**
   * The time between two previews.
   *
   * @param steps the number of steps; 0 if a duration counts
   * @param time the duration; zero if steps count
   */
  public record Interval(long steps, Duration time) {
    public static final Interval NEVER = new Interval(0, Duration.ZERO);

    public Interval {
      Check.that(steps >= 0, "steps", steps, "≥ 0");
      Check.that(!time.isNegative(), "time", time, "≥ 0");
    }

    /** Returns an interval of a number of steps. */
    public static Interval ofSteps(long steps) {
      return new Interval(steps, Duration.ZERO);
    }

    /** Whether a preview is due after a step. */
    boolean isDue(long step, Duration sinceLast) {
      return steps > 0 ? step % steps == 0 : !equals(NEVER) && sinceLast.compareTo(time) >= 0;
    }
  }
}
