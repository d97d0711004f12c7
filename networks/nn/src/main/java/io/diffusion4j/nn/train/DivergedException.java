package io.diffusion4j.nn.train;

/** Training produced a loss or a gradient that is not a finite number. */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final long step;

  DivergedException(long step, double loss, double gradientNorm) {
    super(
        "step "
            + step
            + ": loss "
            + loss
            + ", gradient norm "
            + gradientNorm
            + " (expected: finite numbers)");
    this.step = step;
  }

  /** Returns the step that failed, counted from 0. */
  public long step() {
    return step;
  }
}
