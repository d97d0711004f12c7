package io.diffusion4j.diffusion.loss;

import io.diffusion4j.diffusion.schedule.NoiseLevel;

/**
 * A step of a student in progressive distillation, which replaces two steps of its teacher
 * (Salimans &amp; Ho 2022, §3 and algorithm 2).
 *
 * @param from the level of z
 * @param to the level that the teacher's second step leads to
 */
public record ProgressiveStep(NoiseLevel from, NoiseLevel to) {
  /**
   * Returns the x₀ of which one step of DDIM leads from z to z″: (z″ − s·z)/(α″ − s·α), s = σ″/σ.
   */
  public double target(double z, double after) {
    double ratio = to.noise() / from.noise();
    return (after - ratio * z) / (to.signal() - ratio * from.signal());
  }

  /** Returns max(SNR, 1), the truncated weight of the squared error of x̂₀ (§4, eq. 9). */
  public double weight() {
    return Math.max(from.snr(), 1);
  }
}
