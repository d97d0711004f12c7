package io.diffusion4j.diffusion.process;

import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;

/**
 * A Gaussian step q(x′ | x) = N({@code scale}·x, {@code variance}·I): the forward process between
 * two noise levels.
 *
 * @param scale the factor of x, at least 0
 * @param variance the variance of the added noise, at least 0
 */
public record Transition(double scale, double variance) {
  public Transition {
    Check.notNegative("scale", scale);
    Check.notNegative("variance", variance);
  }

  /**
   * Returns the transition that keeps the variance of standard normal data: N(√α·x, (1−α)·I).
   *
   * @param alpha α, in [0, 1]
   */
  public static Transition preservingVariance(double alpha) {
    return new Transition(sqrt(alpha), 1 - alpha);
  }

  /** Returns this step followed by another as one step (Chapman–Kolmogorov). */
  public Transition then(Transition next) {
    return new Transition(next.scale * scale, next.scale * next.scale * variance + next.variance);
  }

  /**
   * Applies the step to one value.
   *
   * @param x the value
   * @param z standard normal noise
   */
  public double draw(double x, double z) {
    return scale * x + sqrt(variance) * z;
  }
}
