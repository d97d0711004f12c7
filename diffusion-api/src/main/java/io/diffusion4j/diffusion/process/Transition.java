package io.diffusion4j.diffusion.process;

import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;

/**
 * A Gaussian step q(x′ | x) = N({@code scale}·x, {@code variance}·I): what the forward process does
 * between two noise levels.
 *
 * @param scale what x is multiplied by, at least 0
 * @param variance how much noise is added, at least 0
 */
public record Transition(double scale, double variance) {
  public Transition {
    Check.notNegative("scale", scale);
    Check.notNegative("variance", variance);
  }

  /**
   * The one that keeps the variance of standard normal data: N(√α·x, (1−α)·I).
   *
   * @param alpha α, in [0, 1]
   */
  public static Transition preservingVariance(double alpha) {
    return new Transition(sqrt(alpha), 1 - alpha);
  }

  /** This step and then another as one (Chapman–Kolmogorov). */
  public Transition then(Transition next) {
    return new Transition(next.scale * scale, next.scale * next.scale * variance + next.variance);
  }

  /**
   * Where one value goes.
   *
   * @param x the value
   * @param z standard normal noise
   */
  public double draw(double x, double z) {
    return scale * x + sqrt(variance) * z;
  }
}
