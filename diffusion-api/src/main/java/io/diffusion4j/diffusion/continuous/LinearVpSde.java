package io.diffusion4j.diffusion.continuous;

import io.diffusion4j.diffusion.argument.Check;

/**
 * β(t) grows linearly: the limit of the linear schedule (Y. Song et al. 2021, app. C).
 *
 * @param first β(0), greater than 0
 * @param last β(1), greater than 0
 */
public record LinearVpSde(double first, double last) implements VpSde {
  /** The limit of DDPM's β from 1e-4 to 0.02 in 1000 steps. */
  public static final LinearVpSde DDPM = new LinearVpSde(0.1, 20);

  public LinearVpSde {
    Check.positive("first", first);
    Check.positive("last", last);
  }

  @Override
  public double beta(double t) {
    return first + t * (last - first);
  }

  @Override
  public double betaIntegral(double t) {
    return first * t + 0.5 * (last - first) * t * t;
  }
}
