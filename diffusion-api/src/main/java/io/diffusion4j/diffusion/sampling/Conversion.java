package io.diffusion4j.diffusion.sampling;

import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.Parameterization;

/**
 * A network's answer as x̂₀ and ε̂, which are both linear in x and the answer: x̂₀ = {@code
 * x0FromX}·x + {@code x0FromOutput}·output, and ε̂ likewise. Four numbers per row in place of a
 * branch per pixel.
 */
public record Conversion(
    double x0FromX, double x0FromOutput, double epsFromX, double epsFromOutput) {
  /**
   * The conversion at a noise level, from x = √ᾱ·x₀ + √(1−ᾱ)·ε.
   *
   * @param parameterization what the network answers
   * @param alphaBar ᾱ in (0, 1]; below 1 for a network that answers x₀, which says nothing about
   *     the noise of a clean sample
   */
  public static Conversion of(Parameterization parameterization, double alphaBar) {
    if (!(alphaBar > 0 && alphaBar <= 1)) {
      throw new IllegalArgumentException("alphaBar: " + alphaBar + " (expected: in (0, 1])");
    }
    double signal = sqrt(alphaBar);
    double noise = sqrt(1 - alphaBar);
    return switch (parameterization) {
      case EPS -> new Conversion(1 / signal, -noise / signal, 0, 1);
      case V -> new Conversion(signal, -noise, noise, signal);
      case X0 -> {
        if (noise == 0) {
          throw new IllegalArgumentException(
              "alphaBar: 1.0 (expected: below 1 for a network that predicts x0)");
        }
        yield new Conversion(0, 1, 1 / noise, -signal / noise);
      }
    };
  }
}
