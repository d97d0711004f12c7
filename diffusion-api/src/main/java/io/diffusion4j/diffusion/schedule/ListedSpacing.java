package io.diffusion4j.diffusion.schedule;

import io.diffusion4j.diffusion.argument.Check;

/**
 * Timesteps that someone has chosen by hand; as many as there are, and no other number of them.
 *
 * @param timesteps the choice
 */
public record ListedSpacing(Timesteps timesteps) implements TimestepSpacing {
  @Override
  public Timesteps of(int trainSteps, int n) {
    Spacings.check(trainSteps, n);
    Check.that(n == timesteps.size(), "steps", n, "%s, as many as are listed", timesteps.size());
    timesteps.requireBelow(trainSteps);
    return timesteps;
  }
}
