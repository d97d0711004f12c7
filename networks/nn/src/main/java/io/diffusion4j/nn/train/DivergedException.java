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
}
