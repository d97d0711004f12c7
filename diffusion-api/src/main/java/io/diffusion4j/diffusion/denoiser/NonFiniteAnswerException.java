package io.diffusion4j.diffusion.denoiser;

/** A network answered with NaN or infinity, and sampling stopped there. */
public final class NonFiniteAnswerException extends ArithmeticException {
  private static final long serialVersionUID = 1;

  private NonFiniteAnswerException(float value, String where, At at) {
    super(
        "%s: %s in %s at step %s of %s (t = %s, sample %s; expected: %s)"
            .formatted(at.stage, value, where, at.step, at.steps, at.t, at.sample, at.expected));
  }

  /**
   * Throws if there is NaN or infinity in an answer.
   *
   * @param stage who asked
   * @param step which of the {@code steps} it was, from 0
   * @param t the timestep of the query
   * @param sample which of those asked about together
   */
  public static void check(
      Prediction answer, String stage, int step, int steps, double t, int sample) {
    String expected = answer.hasGradient() ? "finite; with a smaller guidance scale" : "finite";
    var at = new At(stage, step, steps, t, sample, expected);
    check(answer.output(), "the network's answer", at);
    check(answer.variance(), "the network's answer", at);
    check(answer.gradient(), "the gradient that guides", at);
  }

  private record At(String stage, int step, int steps, double t, int sample, String expected) {}

  private static void check(float[] values, String where, At at) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new NonFiniteAnswerException(value, where, at);
      }
    }
  }
}
