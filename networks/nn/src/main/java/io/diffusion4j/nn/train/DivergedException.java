package io.diffusion4j.nn.train;

/** Training produced a loss or a gradient that is not a finite number. */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DivergedException(long step, double loss, double gradientNorm) {
    super(
        "step "
            + step
            + ": loss "
            + loss
            + ", gradient norm "
            + gradientNorm
            + " (expected: finite numbers)");
  }

  private DivergedException(String message, DivergedException cause) {
    super(message, cause);
  }

  /** Returns the failure with what may have caused it. */
  public DivergedException with(String suspects) {
    String end = " (expected: finite numbers)";
    String known = String.valueOf(getMessage()).replace(end, "");
    return new DivergedException(
        known + " (expected: finite numbers, with " + suspects + ")", this);
  }
}
