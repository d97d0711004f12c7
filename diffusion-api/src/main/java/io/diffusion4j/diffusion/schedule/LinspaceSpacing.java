package io.diffusion4j.diffusion.schedule;

import io.diffusion4j.diffusion.argument.Check;

/**
 * Evenly from T − 1 down: {@code linspace} in diffusers.
 *
 * @param end whether 0 is visited
 */
public record LinspaceSpacing(End end) implements TimestepSpacing {
  /** Where the timesteps end. */
  public enum End {
    /** At 0; for DDPM and DDIM. The only one of one step is 0 then, as NumPy has it. */
    ZERO,
    /** One stride above 0; for DPM-Solver++, which ends at the clean sample anyway. */
    ABOVE_ZERO
  }

  @Override
  public Timesteps of(int trainSteps, int n) {
    Spacings.check(trainSteps, n);
    if (end == End.ABOVE_ZERO) {
      Check.that(n <= trainSteps - 1, "steps", n, "in [1, %s]", trainSteps - 1);
      double stride = (trainSteps - 1.0) / n;
      return Spacings.descending(Spacings.round(n, i -> (i + 1) * stride));
    }
    double stride = n == 1 ? 0 : (trainSteps - 1.0) / (n - 1);
    return Spacings.descending(Spacings.round(n, i -> i * stride));
  }
}
