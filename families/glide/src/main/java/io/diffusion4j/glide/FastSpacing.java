package io.diffusion4j.glide;

import io.diffusion4j.diffusion.schedule.SectionSpacing;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.schedule.Timesteps;

/**
 * GLIDE's spacing for its upsampler: 27 steps are {@code fast27}, most of them at low noise; any
 * other number is spaced evenly.
 */
record FastSpacing() implements TimestepSpacing {
  static final int STEPS = 27;

  @Override
  public Timesteps of(int trainSteps, int n) {
    return n == STEPS
        ? SectionSpacing.parse(trainSteps, "fast27")
        : TimestepSpacings.SECTIONS.of(trainSteps, n);
  }
}
