package io.diffusion4j.diffusion.guidance;

import io.diffusion4j.diffusion.argument.Check;

/**
 * A guidance scale that changes from one value to another as the noise falls (Wang et al. 2024).
 * Guidance that rises towards the clean end preserves the variety that is decided at high noise.
 *
 * @param noisy the scale at the last timestep, where there is the most noise
 * @param clean the scale at timestep 0
 * @param steps T, the number of training timesteps, at least 1
 * @param shape the way between
 */
public record GuidanceRamp(double noisy, double clean, int steps, Shape shape)
    implements GuidanceScale {
  /** The interpolation between the ends, as a weight of the noisy end. */
  public enum Shape {
    /** t/(T−1). */
    LINEAR {
      @Override
      double weight(double time) {
        return time;
      }
    },
    /** ½·(1 − cos(π·t/(T−1))), which is level at both ends. */
    COSINE {
      @Override
      double weight(double time) {
        return (1 - StrictMath.cos(Math.PI * time)) / 2;
      }
    },
    /**
     * ½·(1 + cos(π·q⁵)) with q = 1 − t/(T−1), CogVideoX's dynamic guidance as it is meant: most of
     * the change comes near the clean end. Its pipeline divides by the number of steps instead of
     * T, which scatters the scale.
     */
    COGVIDEOX {
      @Override
      double weight(double time) {
        return (1 + StrictMath.cos(Math.PI * StrictMath.pow(1 - time, 5))) / 2;
      }
    };

    /** Returns the weight of the noisy end at a time in [0, 1], 1 the noisy end. */
    abstract double weight(double time);
  }

  public GuidanceRamp {
    Check.notNegative("guidanceScale", noisy);
    Check.notNegative("guidanceScale", clean);
    Check.that(steps >= 1, "steps", steps, "≥ 1");
  }

  @Override
  public double at(double t) {
    double time = steps == 1 ? 0 : Math.max(0, Math.min(1, t / (steps - 1)));
    double weight = shape.weight(time);
    return weight * noisy + (1 - weight) * clean;
  }
}
