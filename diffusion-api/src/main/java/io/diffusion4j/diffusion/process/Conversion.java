package io.diffusion4j.diffusion.process;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.schedule.NoiseLevel;

/**
 * The conversion of a network's output to x̂₀ and ε̂, which are both linear in x and the output:
 * x̂₀ = {@code x0FromX}·x + {@code x0FromOutput}·output, and ε̂ likewise. It consists of four
 * numbers per row, so there is no branch per pixel.
 *
 * <p>The other direction, from x₀ and ε to x, v or the score, is {@link NoiseLevel}'s.
 */
public record Conversion(
    double x0FromX, double x0FromOutput, double epsFromX, double epsFromOutput) {
  /**
   * Returns the conversion at a noise level, from x = √ᾱ·x₀ + √(1−ᾱ)·ε.
   *
   * @param parameterization the parameterization of the output
   * @param alphaBar ᾱ in [0, 1]; below 1 for x₀-prediction, which does not determine the noise of a
   *     clean sample, and above 0 for ε-prediction, which does not determine the sample in pure
   *     noise
   */
  public static Conversion of(Parameterization parameterization, double alphaBar) {
    var level = new NoiseLevel(alphaBar);
    double signal = level.signal();
    double noise = level.noise();
    return switch (parameterization) {
      case EPS -> {
        requireAboveZero(alphaBar, "eps");
        yield new Conversion(1 / signal, -noise / signal, 0, 1);
      }
      case V -> new Conversion(signal, -noise, noise, signal);
      case X0 -> {
        Check.that(noise != 0, "alphaBar", "1.0", "below 1 for a network that predicts x0");
        yield new Conversion(0, 1, 1 / noise, -signal / noise);
      }
    };
  }

  /**
   * Returns the conversion of a score s = ∇ ln q(x_t): ε̂ = −√(1−ᾱ)·s, and Tweedie's formula x̂₀ =
   * (x + (1−ᾱ)·s)/√ᾱ (Efron 2011).
   *
   * @param alphaBar ᾱ in (0, 1]
   */
  public static Conversion ofScore(double alphaBar) {
    requireAboveZero(alphaBar, "the score");
    var level = new NoiseLevel(alphaBar);
    return new Conversion(1 / level.signal(), (1 - alphaBar) / level.signal(), 0, -level.noise());
  }

  private static void requireAboveZero(double alphaBar, String predicted) {
    Check.that(
        alphaBar != 0, "alphaBar", "0.0", "above 0 for a network that predicts %s", predicted);
  }

  /** Computes x̂₀ of one value. */
  public double x0(double x, double output) {
    return x0FromX * x + x0FromOutput * output;
  }

  /** Computes ε̂ of one value. */
  public double eps(double x, double output) {
    return epsFromX * x + epsFromOutput * output;
  }
}
