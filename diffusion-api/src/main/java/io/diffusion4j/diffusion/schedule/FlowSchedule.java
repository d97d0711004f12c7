package io.diffusion4j.diffusion.schedule;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Objects;

/**
 * The noise levels on which networks of flow matching are trained: σ_t = S_k((t+1)/T) of a {@link
 * FlowLevel}, with S_k the {@linkplain FlowLevel#shifted shift}. The last timestep is pure noise,
 * where ᾱ = 0.
 *
 * <p>Such a network gets the sample of the flow, L·x, and the time T·σ (diffusers' {@code
 * FlowMatchEulerDiscreteScheduler}); {@link #inputScale} and {@link #networkTime} are these two.
 *
 * @param steps T, at least 1
 * @param shift k, greater than 0; 1 for levels in equal steps, 3 in Stable Diffusion 3
 */
public record FlowSchedule(int steps, double shift) implements NoiseSchedule {
  public FlowSchedule {
    Check.that(steps >= 1, "steps", steps, "≥ 1");
    Check.positive("shift", shift);
  }

  /** Returns the level of a time from {@link #CLEAN} to T − 1, also between two timesteps. */
  public FlowLevel flowLevel(double t) {
    return new FlowLevel(Math.min(1, (t + 1) / steps)).shifted(shift);
  }

  /** Returns the time of a level: {@link #flowLevel} backwards. */
  public double time(FlowLevel level) {
    return steps * level.shifted(1 / shift).sigma() - 1;
  }

  @Override
  public double alphaBar(int t) {
    Objects.checkIndex(t + 1, steps + 1);
    return flowLevel(t).alphaBar();
  }

  @Override
  public double networkTime(double t) {
    return steps * flowLevel(t).sigma();
  }

  @Override
  public double inputScale(double t) {
    return flowLevel(t).scale();
  }
}
