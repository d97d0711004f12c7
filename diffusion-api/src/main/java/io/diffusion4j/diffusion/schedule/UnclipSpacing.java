package io.diffusion4j.diffusion.schedule;

import java.util.List;

/**
 * Evenly from T − 1 to 0, both included: the spacing of diffusers' {@code UnCLIPScheduler}. Where
 * that one divides by zero, for n = 1, this one gives T − 1.
 */
public record UnclipSpacing() implements TimestepSpacing {
  @Override
  public Timesteps of(int trainSteps, int n) {
    Spacings.check(trainSteps, n);
    if (n == 1) {
      return new Timesteps(List.of(trainSteps - 1));
    }
    double stride = (trainSteps - 1.0) / (n - 1);
    return Spacings.descending(Spacings.round(n, i -> i * stride));
  }
}
