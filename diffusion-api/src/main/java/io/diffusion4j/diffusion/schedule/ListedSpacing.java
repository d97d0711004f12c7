package io.diffusion4j.diffusion.schedule;

/**
 * Timesteps that someone has chosen by hand; as many as there are, and no other number of them.
 *
 * @param timesteps the choice
 */
public record ListedSpacing(Timesteps timesteps) implements TimestepSpacing {
  @Override
  public Timesteps of(int trainSteps, int n) {
    Spacings.check(trainSteps, n);
    if (n != timesteps.size()) {
      throw new IllegalArgumentException(
          "steps: " + n + " (expected: " + timesteps.size() + ", as many as are listed)");
    }
    timesteps.requireBelow(trainSteps);
    return timesteps;
  }
}
