package io.diffusion4j.diffusion.continuous;

import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Arrays;

/**
 * A corrector: steps x ← x + ε·s + √(2ε)·z at a fixed time, which preserve the distribution of that
 * time and bring stray samples back to it (Y. Song et al. 2021, algorithms 4 and 5).
 *
 * @param size the rule for ε
 * @param snr r, the ratio of the move along the score to the noise, greater than 0; 0.16 in the
 *     paper
 * @param times how many steps at each time, at least 1
 */
record Langevin(Size size, double snr, int times) {
  /** The rule for the step size. */
  public enum Size {
    /** ε = 2α·(r·‖z‖/‖s‖)², the norms averaged over the rows. */
    NORMS,
    /** ε = 2α·(r·deviation(t))², annealed Langevin dynamics. */
    ANNEALED
  }

  public Langevin {
    Check.positive("snr", snr);
    Check.that(times >= 1, "times", times, "≥ 1");
  }

  /** Returns the factor of r for these rows. */
  double root(double deviation, double[][] scores, double[][] noise) {
    return switch (size) {
      case NORMS -> meanNorm(noise) / meanNorm(scores);
      case ANNEALED -> deviation;
    };
  }

  private static double meanNorm(double[][] rows) {
    return Arrays.stream(rows)
        .mapToDouble(row -> sqrt(Arrays.stream(row).map(v -> v * v).sum()))
        .average()
        .orElseThrow();
  }
}
