package io.diffusion4j.diffusion.continuous;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import java.util.Objects;

/** The noise levels of an SDE at equal distances. */
record SampledSchedule(VpSde sde, int steps) implements NoiseSchedule {
  SampledSchedule {
    Check.that(steps >= 1, "steps", steps, "≥ 1");
  }

  @Override
  public double alphaBar(int t) {
    return t == CLEAN ? 1 : sde.level((Objects.checkIndex(t, steps) + 1.0) / steps).alphaBar();
  }

  @Override
  public double beta(int t) {
    Objects.checkIndex(t, steps);
    return sde.between((double) t / steps, (t + 1.0) / steps).variance();
  }
}
