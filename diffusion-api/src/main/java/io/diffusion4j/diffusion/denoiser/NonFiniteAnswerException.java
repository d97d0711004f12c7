package io.diffusion4j.diffusion.denoiser;

/** A network answered with NaN or infinity, and sampling stopped there. */
public final class NonFiniteAnswerException extends ArithmeticException {
  private static final long serialVersionUID = 1;

  private NonFiniteAnswerException(
      String stage, float value, int step, int steps, double t, int sample) {
    super(
        stage
            + ": "
            + value
            + " in the network's answer at step "
            + step
            + " of "
            + steps
            + " (t = "
            + t
            + ", sample "
            + sample
            + "; expected: finite)");
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
    check(answer.output(), stage, step, steps, t, sample);
    check(answer.variance(), stage, step, steps, t, sample);
    check(answer.gradient(), stage, step, steps, t, sample);
  }

  private static void check(
      float[] values, String stage, int step, int steps, double t, int sample) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new NonFiniteAnswerException(stage, value, step, steps, t, sample);
      }
    }
  }
}
