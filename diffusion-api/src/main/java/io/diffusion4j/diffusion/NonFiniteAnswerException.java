package io.diffusion4j.diffusion;

/** A network answered with NaN or infinity, and sampling stopped there. */
public final class NonFiniteAnswerException extends ArithmeticException {
  private static final long serialVersionUID = 1;

  NonFiniteAnswerException(String stage, float value, int step, int steps, double t, int sample) {
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
}
