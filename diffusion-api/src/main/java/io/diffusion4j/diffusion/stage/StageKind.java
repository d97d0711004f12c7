package io.diffusion4j.diffusion.stage;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.ScheduleCheck;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;

/** The course of a stage: denoising, or a fixed number of steps. */
public sealed interface StageKind {
  /**
   * Denoising: a sampler plans the steps from the noise schedule.
   *
   * @param schedule the noise that the network was trained with; its length is the largest number
   *     of steps
   * @param spacing the default spacing of timesteps
   * @param treatment the default treatment of each x̂₀
   * @param choices the named options of a request
   */
  record Denoising(
      NoiseSchedule schedule, TimestepSpacing spacing, Thresholding treatment, StageChoices choices)
      implements StageKind {
    public Denoising {
      ScheduleCheck.valid(schedule);
      int steps = choices.defaultSteps();
      Check.that(
          steps >= 1 && steps <= schedule.steps(),
          "defaultSteps",
          steps,
          "1 to %s",
          schedule.steps());
    }

    /** Returns the same course with other choices. */
    public Denoising withChoices(StageChoices other) {
      return new Denoising(schedule, spacing, treatment, other);
    }
  }

  /**
   * A fixed number of steps: there is no sampler, no timestep and no x̂₀ to choose.
   *
   * @param steps how many steps are reported, the same for every request; 0 for none
   */
  record Fixed(int steps) implements StageKind {
    public Fixed {
      Check.that(steps >= 0, "steps", steps, "≥ 0");
    }
  }
}
