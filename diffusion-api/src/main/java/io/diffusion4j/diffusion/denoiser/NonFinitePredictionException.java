package io.diffusion4j.diffusion.denoiser;

/** A network returned NaN or infinity, which ended the sampling. */
public final class NonFinitePredictionException extends ArithmeticException {
  private static final long serialVersionUID = 1;

  /** Creates the exception of a network other than the one that is sampled. */
  public NonFinitePredictionException(String message) {
    super(message);
  }

  private NonFinitePredictionException(float value, String where, At at) {
    this(
        "%s: %s in %s at step %s of %s (t = %s, sample %s; expected: %s)"
            .formatted(at.stage, value, where, at.step, at.steps, at.t, at.sample, at.expected));
  }

  /**
   * Throws if an output contains NaN or infinity.
   *
   * @param stage the name of the sampling stage
   * @param step the index among the {@code steps}, from 0
   * @param t the timestep of the query
   * @param sample the index within the batch
   */
  public static void check(
      Prediction answer, String stage, int step, int steps, double t, int sample) {
    String expected = answer.hasGradient() ? "finite; with a smaller guidance scale" : "finite";
    var at = new At(stage, step, steps, t, sample, expected);
    check(answer.output(), "the network's output", at);
    check(answer.variance(), "the network's output", at);
    check(answer.gradient(), "the gradient that guides", at);
  }

  private record At(String stage, int step, int steps, double t, int sample, String expected) {}

  private static void check(float[] values, String where, At at) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new NonFinitePredictionException(value, where, at);
      }
    }
  }
}
