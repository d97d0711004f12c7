package io.diffusion4j.diffusion.schedule;

/**
 * T − 1, T − 1 − T/n, …: {@code trailing} in diffusers. Starts at the noisiest timestep and ends
 * one stride above the clean sample (Lin et al. 2024, §3.3).
 */
public record TrailingSpacing() implements TimestepSpacing {
  @Override
  public Timesteps of(int trainSteps, int n) {
    Spacings.check(trainSteps, n);
    double stride = (double) trainSteps / n;
    return new Timesteps(
        Spacings.round(n, i -> trainSteps - i * stride).stream().map(t -> t - 1).toList());
  }
}
