package io.diffusion4j.diffusion.continuous;

import io.diffusion4j.diffusion.argument.Check;

/**
 * β(t) is constant: the process of Ornstein and Uhlenbeck (1930), a particle that is pulled to the
 * origin and pushed at random, and the limit of the constant schedule.
 *
 * @param rate β, greater than 0
 */
public record OrnsteinUhlenbeck(double rate) implements VpSde {
  public OrnsteinUhlenbeck {
    Check.positive("rate", rate);
  }

  @Override
  public double beta(double t) {
    return rate;
  }

  @Override
  public double betaIntegral(double t) {
    return rate * t;
  }
}
