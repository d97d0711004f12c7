package io.diffusion4j.diffusion.solver;

import io.diffusion4j.diffusion.sampling.SolverLevel;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.util.ArrayList;
import java.util.List;

/** The noise levels of a solver, noisiest first, without the clean end. */
@FunctionalInterface
public interface Grid {
  /** The noise levels of the timesteps. */
  Grid TIMESTEPS =
      (schedule, timesteps) ->
          timesteps.values().stream().map(t -> new SolverLevel(t, schedule.alphaBar(t))).toList();

  /**
   * The levels of the {@linkplain Timesteps#times() unrounded times}, with σ linear between
   * timesteps: the grid of diffusers' Euler, Euler ancestral and Heun. On a spacing of whole
   * timesteps, it equals {@link #TIMESTEPS}.
   */
  Grid TIMES =
      (schedule, timesteps) ->
          timesteps.times().stream().map(t -> SolverLevel.atLinearSigma(schedule, t)).toList();

  /** Returns as many levels as there are timesteps. */
  List<SolverLevel> levels(NoiseSchedule schedule, Timesteps timesteps);

  /** Returns the levels, and the clean end after them. */
  default List<SolverLevel> levelsToClean(NoiseSchedule schedule, Timesteps timesteps) {
    List<SolverLevel> levels = new ArrayList<>(levels(schedule, timesteps));
    levels.add(SolverLevel.CLEAN);
    return levels;
  }

  /**
   * Returns the standard deviation of the initial sample of diffusers' Euler and Heun: that of the
   * noise, or 1 where what is left of the data adds to the variance; see {@link Timesteps.Start}.
   */
  static double initialScale(NoiseSchedule schedule, Timesteps timesteps) {
    return timesteps.startsFromNoise(schedule.steps())
        ? schedule.level(timesteps.get(0)).noise()
        : 1;
  }
}
