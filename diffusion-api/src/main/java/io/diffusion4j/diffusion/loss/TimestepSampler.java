package io.diffusion4j.diffusion.loss;

import java.util.SplittableRandom;

/** Decides which timestep a sample is trained at. */
@FunctionalInterface
public interface TimestepSampler {
  /**
   * A timestep that was drawn.
   *
   * @param t the timestep
   * @param weight 1/(T·p_t), by which its loss counts so that the mean is that of uniform draws
   */
  record Drawn(int t, double weight) {}

  /** Draws a timestep. */
  Drawn draw(SplittableRandom random);

  /**
   * Every timestep is as likely.
   *
   * @param steps t is from 0 to {@code steps − 1}
   */
  static TimestepSampler uniform(int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException("steps: " + steps + " (expected: ≥ 1)");
    }
    return random -> new Drawn(random.nextInt(steps), 1);
  }
}
