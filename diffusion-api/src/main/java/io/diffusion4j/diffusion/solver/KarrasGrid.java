package io.diffusion4j.diffusion.solver;

import static java.lang.Math.pow;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.sampling.LevelTimes;
import io.diffusion4j.diffusion.sampling.SolverLevel;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.util.ArrayList;
import java.util.List;

/**
 * Levels with equal steps in σ^(1/ρ), which are denser at low noise (Karras et al. 2022, eq. 5).
 * The number of levels, and optionally their ends, are those of the timesteps; of the {@linkplain
 * Timesteps#last end} of a list, the end of the list's levels.
 *
 * @param rho ρ, greater than 0; the paper has 7
 * @param ends the first and the last level
 * @param time the network's time input
 */
public record KarrasGrid(double rho, Ends ends, Time time) implements Grid {
  /** The first and the last level of the grid. */
  public enum Ends {
    /** The noisiest and the cleanest of the schedule (diffusers' DPM-Solver++). */
    SCHEDULE,
    /** The first and the last of the timesteps (diffusers' Euler and Heun). */
    TIMESTEPS
  }

  /** The time input for a level between two timesteps. */
  public enum Time {
    /** The time is interpolated in log σ. */
    FRACTIONAL,
    /** Interpolates, then takes the nearest timestep. */
    NEAREST,
    /** Interpolates, then takes the timestep below; 0 for the first. */
    BELOW
  }

  public KarrasGrid {
    Check.positive("rho", rho);
  }

  @Override
  public List<SolverLevel> levels(NoiseSchedule schedule, Timesteps timesteps) {
    int n = timesteps.listed();
    int passed = n - timesteps.size();
    boolean whole = ends == Ends.SCHEDULE;
    double max = sigma(schedule, whole ? schedule.steps() - 1 : timesteps.get(-passed));
    double min = sigma(schedule, whole ? 0 : timesteps.get(timesteps.size() - 1));
    var times = new LevelTimes(schedule);
    List<SolverLevel> levels = new ArrayList<>(timesteps.size());
    for (int i = passed; i < n; i++) {
      double ramp = n == 1 ? 0 : (double) i / (n - 1);
      double sigma = pow(pow(max, 1 / rho) + ramp * (pow(min, 1 / rho) - pow(max, 1 / rho)), rho);
      double t = times.of(sigma);
      double input =
          switch (time) {
            case FRACTIONAL -> t;
            case NEAREST -> Math.rint(t);
            case BELOW -> Math.max(0, Math.ceil(t) - 1);
          };
      levels.add(new SolverLevel(input, 1 / (1 + sigma * sigma)));
    }
    return levels;
  }

  private static double sigma(NoiseSchedule schedule, int t) {
    return new SolverLevel(t, schedule.alphaBar(t)).sigma();
  }
}
