package io.diffusion4j.diffusion.loss;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.spi.PluginPoint;
import java.util.SplittableRandom;

/** Draws the timestep at which a sample is trained. */
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
   * Returns a mixture of this sampler and another. Losses are not re-weighted.
   *
   * @param other for example one of the last few timesteps: the network's output there is the final
   *     sample, so they deserve more than their share of the draws
   * @param probability the probability of a draw of the other, in [0, 1]
   */
  default TimestepSampler mixedWith(TimestepSampler other, double probability) {
    Check.share("probability", probability);
    return random -> random.nextDouble() < probability ? other.draw(random) : draw(random);
  }

  /**
   * Returns the sampler for which every timestep is equally likely.
   *
   * @param steps t is from 0 to {@code steps − 1}
   */
  static TimestepSampler uniform(int steps) {
    Check.that(steps >= 1, "steps", steps, "≥ 1");
    return random -> new Drawn(random.nextInt(steps), 1);
  }

  /**
   * Prefers noisy timesteps: u uniform in [0, 1) becomes s·u/(1 + (s − 1)·u) of the steps (Esser et
   * al. 2024, eq. 23). Losses are not re-weighted, so the training emphasises the layout, which is
   * decided at high noise, over details, which are decided last.
   *
   * @param steps t is from 0 to {@code steps − 1}
   * @param shift s, at least 1; 1 is uniform, and with 4 half of the draws are from the noisiest
   *     fifth
   */
  static TimestepSampler shifted(int steps, double shift) {
    Check.that(steps >= 1, "steps", steps, "≥ 1");
    Check.that(shift >= 1 && shift < Double.POSITIVE_INFINITY, "shift", shift, "≥ 1");
    return random -> {
      double u = random.nextDouble();
      double moved = shift * u / (1 + (shift - 1) * u);
      return new Drawn(Math.min(steps - 1, (int) (steps * moved)), 1);
    };
  }

  /**
   * Returns the sampler of a density on (0, 1), as diffusers' training scripts of flows draw: u
   * belongs to timestep T − 1 − ⌊T·u⌋, so u = 0 is pure noise. Losses are not re-weighted.
   *
   * @param steps t is from 0 to {@code steps − 1}
   */
  static TimestepSampler of(Density density, int steps) {
    Check.that(steps >= 1, "steps", steps, "≥ 1");
    return random -> new Drawn(density.timestep(density.draw(random), steps), 1);
  }

  /** A density of the training times of a flow (Esser et al. 2024, §3.1). */
  @PluginPoint(value = "density", expected = "a number in [0, 1]")
  interface Density {
    /** Returns a u in [0, 1]. */
    double draw(SplittableRandom random);

    /** Returns the timestep of a u. */
    default int timestep(double u, int steps) {
      Check.share("density", u);
      return Math.max(0, steps - 1 - (int) (steps * u));
    }

    /** Returns the uniform density. */
    static Density uniform() {
      return SplittableRandom::nextDouble;
    }

    /**
     * Returns the density of sigmoid(m + s·z) with a standard normal z: ln(σ/(1−σ)) is N(−m, s²).
     *
     * @param deviation s, greater than 0
     */
    static Density logitNormal(double mean, double deviation) {
      Check.positive("deviation", deviation);
      return random -> sigmoid(mean + deviation * random.nextGaussian());
    }

    /**
     * Returns the density with heavy tails, or with a mode in the middle, of {@link #mode(double,
     * double)} at uniform u (Esser et al. 2024, eq. 20).
     *
     * @param scale s in [−1, 2/(π − 2)], where it is monotone; 1.29 in the paper
     */
    static Density mode(double scale) {
      Check.that(scale >= -1 && scale <= 2 / (Math.PI - 2), "scale", scale, "in [-1, 1.75]");
      return random -> mode(random.nextDouble(), scale);
    }

    /** Computes 1/(1 + e^−x). */
    static double sigmoid(double x) {
      return 1 / (1 + Math.exp(-x));
    }

    /** Computes 1 − u − s·(cos²(πu/2) − 1 + u). */
    static double mode(double u, double scale) {
      double cosine = Math.cos(Math.PI * u / 2);
      return 1 - u - scale * (cosine * cosine - 1 + u);
    }
  }
}
