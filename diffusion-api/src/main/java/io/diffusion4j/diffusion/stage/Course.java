package io.diffusion4j.diffusion.stage;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.sampling.X0Treatment;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;

/** How a stage proceeds: by denoising, or in steps of its own. */
public sealed interface Course {
  /**
   * Denoising: a sampler plans the steps from the noise schedule.
   *
   * @param schedule the noise that the network was trained with; its length is the most steps
   * @param spacing which timesteps are visited, unless the settings say otherwise
   * @param treatment what is done to each x̂₀, unless the settings say otherwise
   * @param choices what a request can choose by name
   */
  record Denoising(
      NoiseSchedule schedule, TimestepSpacing spacing, X0Treatment treatment, Choices choices)
      implements Course {
    public Denoising {
      int steps = choices.defaultSteps();
      Check.that(
          steps >= 1 && steps <= schedule.steps(),
          "defaultSteps",
          steps,
          "1 to %s",
          schedule.steps());
    }

    /** The same course with other choices. */
    public Denoising withChoices(Choices other) {
      return new Denoising(schedule, spacing, treatment, other);
    }
  }

  /**
   * A fixed number of steps: there is no sampler, no timestep and no x̂₀ to choose.
   *
   * @param steps how many steps are reported, the same for every request; 0 for none
   */
  record Fixed(int steps) implements Course {
    public Fixed {
      Check.that(steps >= 0, "steps", steps, "≥ 0");
    }
  }
}
