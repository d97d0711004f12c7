package io.diffusion4j.diffusion.guidance;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;

/**
 * Guidance for a limited interval of noise levels (Kynkäänniemi et al. 2024): outside it the scale
 * is 1, which halves the work of the network. Guidance reduces variety at high noise, and has no
 * effect at low noise.
 *
 * @param inside the scale inside
 * @param from the least time inside
 * @param to the greatest time inside, not below {@code from}
 */
public record GuidanceInterval(GuidanceScale inside, double from, double to)
    implements GuidanceScale {
  public GuidanceInterval {
    Check.that(from <= to, "guidanceInterval", "[" + from + ", " + to + "]", "from ≤ to");
  }

  /**
   * Returns the interval between two noise levels, as in the paper.
   *
   * @param inside the scale inside
   * @param schedule the noise of each timestep
   * @param sigmaLow σ = √((1−ᾱ)/ᾱ) from which guidance begins, at least 0; 0.28 in the paper's
   *     ImageNet-512
   * @param sigmaHigh σ at which guidance ends, above {@code sigmaLow}; 2.9 in the same experiment
   * @throws IllegalArgumentException if the schedule has no timestep inside
   */
  public static GuidanceInterval ofSigma(
      GuidanceScale inside, NoiseSchedule schedule, double sigmaLow, double sigmaHigh) {
    Check.that(
        sigmaLow >= 0 && sigmaLow < sigmaHigh,
        "sigma",
        "(" + sigmaLow + ", " + sigmaHigh + "]",
        "0 ≤ low < high");
    int from = firstAbove(schedule, sigmaLow);
    int to = firstAbove(schedule, sigmaHigh) - 1;
    Check.that(from <= to, "sigma", "(" + sigmaLow + ", " + sigmaHigh + "]", "a timestep inside");
    return new GuidanceInterval(inside, from, to);
  }

  private static int firstAbove(NoiseSchedule schedule, double sigma) {
    int t = 0;
    while (t < schedule.steps()
        && (1 - schedule.alphaBar(t)) / schedule.alphaBar(t) <= sigma * sigma) {
      t++;
    }
    return t;
  }

  @Override
  public double at(double t) {
    return t >= from && t <= to ? inside.at(t) : 1;
  }
}
