package io.diffusion4j.it.guide;

// snippet: all
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;

final class Symbols {
  private static final NoiseSchedule SCHEDULE = new CosineSchedule(1000);

  /** Adds noise to one value: x_t = √ᾱ_t·x_0 + √(1−ᾱ_t)·ε. */
  static double noised(int t, double x0, double eps) {
    NoiseLevel level = SCHEDULE.level(t); // ᾱ_t and what follows from it
    return level.signal() * x0 + level.noise() * eps;
  }

  /** The estimate of x_0, given an estimate of the noise in x_t. */
  static double x0(int t, double xt, double eps) {
    NoiseLevel level = SCHEDULE.level(t);
    return (xt - level.noise() * eps) / level.signal();
  }
}
// end snippet
