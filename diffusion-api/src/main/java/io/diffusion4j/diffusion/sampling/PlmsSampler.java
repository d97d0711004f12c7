package io.diffusion4j.diffusion.sampling;

import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.util.ArrayList;
import java.util.List;

/**
 * The linear multistep method of pseudo numerical methods (Liu et al. 2022, §3.3): DDIM's transfer
 * with ε̂ extrapolated from up to four calls by Adams–Bashforth. The first interval is done twice,
 * the second time with the mean of its two slopes, so there is one network call more than
 * timesteps.
 *
 * @param end where the last step leads
 */
public record PlmsSampler(End end) implements Sampler {
  /** Where the last step leads. */
  public enum End {
    /** To the clean sample. */
    CLEAN,
    /** To the level of timestep 0 (the default of diffusers, {@code set_alpha_to_one=False}). */
    FIRST_TIMESTEP
  }

  /** To the clean sample. */
  public PlmsSampler() {
    this(End.CLEAN);
  }

  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    int n = timesteps.size();
    List<Level> levels = new ArrayList<>(Grid.TIMESTEPS.levels(schedule, timesteps));
    levels.add(end == End.CLEAN ? Level.CLEAN : new Level(0, schedule.alphaBar(0)));

    var plan = new SamplingPlan.Builder();
    add(plan, levels.get(0), Transfer.between(levels.get(0), levels.get(1)).euler());
    if (n == 1) {
      return plan.build();
    }
    Transfer first = Transfer.between(levels.get(0), levels.get(1));
    add(plan, levels.get(1), first.again());
    for (int i = 1; i < n; i++) {
      // This is call i + 1. The call of the second slope, 1, is not part of the history.
      Transfer transfer = Transfer.between(levels.get(i), levels.get(i + 1));
      add(
          plan,
          levels.get(i),
          switch (i) {
            case 1 -> transfer.multistep(new int[] {2}, 3. / 2, -1. / 2);
            case 2 -> transfer.multistep(new int[] {1, 3}, 23. / 12, -16. / 12, 5. / 12);
            case 3 ->
                transfer.multistep(new int[] {1, 2, 4}, 55. / 24, -59. / 24, 37. / 24, -9. / 24);
            default ->
                transfer.multistep(new int[] {1, 2, 3}, 55. / 24, -59. / 24, 37. / 24, -9. / 24);
          });
    }
    return plan.build();
  }

  private static void add(SamplingPlan.Builder plan, Level level, Update update) {
    plan.add(level.t(), level.alphaBar(), update);
  }

  /**
   * x′ = {@code x}·x + {@code eps}·ε̂, DDIM's step between two levels (Liu et al. 2022, eq. 11).
   */
  private record Transfer(double x, double eps) {
    static Transfer between(Level from, Level to) {
      double a = from.alphaBar();
      double b = to.alphaBar();
      return new Transfer(sqrt(b / a), -(b - a) / (a * sqrt(1 - b) + sqrt(a * (1 - a) * b)));
    }

    Update euler() {
      return Update.ZERO.plusX(x).plusEps(eps);
    }

    /** From the sample of the call before, with the mean of its slope and the present one. */
    Update again() {
      return Update.ZERO
          .plusPast(1, Quantity.X, x)
          .plusPast(1, Quantity.EPS, eps / 2)
          .plusEps(eps / 2);
    }

    /** With the present ε̂ and those of some calls ago. */
    Update multistep(int[] ago, double present, double... past) {
      Update update = Update.ZERO.plusX(x).plusEps(eps * present);
      for (int k = 0; k < ago.length; k++) {
        update = update.plusPast(ago[k], Quantity.EPS, eps * past[k]);
      }
      return update;
    }
  }
}
