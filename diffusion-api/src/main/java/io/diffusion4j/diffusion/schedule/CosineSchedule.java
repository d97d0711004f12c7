package io.diffusion4j.diffusion.schedule;

import static java.lang.Math.PI;
import static java.lang.Math.cos;

import io.diffusion4j.diffusion.argument.Check;

/**
 * ᾱ falls like a squared cosine, so that information is lost more evenly than with linear β (Nichol
 * &amp; Dhariwal 2021, eq. 17); {@code squaredcos_cap_v2} in diffusers.
 */
public final class CosineSchedule extends BetaSchedule {
  /** The paper's cap; with 1000 steps only the last β reaches it. */
  private static final double MAX_BETA = 0.999;

  /**
   * Creates the schedule in full precision.
   *
   * @param steps T, at least 1
   */
  public CosineSchedule(int steps) {
    this(steps, TableRounding.FLOAT64);
  }

  /**
   * Creates the schedule in either precision; the unCLIP models of diffusers have 1000 steps in
   * {@link TableRounding#FLOAT32}.
   *
   * @param steps T, at least 1
   * @param precision the precision to which the tables are rounded
   */
  public CosineSchedule(int steps, TableRounding precision) {
    super(precision, betas(steps));
  }

  private static double[] betas(int steps) {
    Check.that(steps >= 1, "steps", steps, "≥ 1");
    double[] betas = new double[steps];
    for (int t = 0; t < steps; t++) {
      betas[t] = Math.min(1 - signal((t + 1.0) / steps) / signal((double) t / steps), MAX_BETA);
    }
    return betas;
  }

  /** f(u), to which ᾱ is proportional; u runs from 0 to 1. */
  private static double signal(double u) {
    double cosine = cos((u + 0.008) / 1.008 * PI / 2);
    return cosine * cosine;
  }
}
