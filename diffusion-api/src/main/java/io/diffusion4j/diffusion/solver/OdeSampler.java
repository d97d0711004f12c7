package io.diffusion4j.diffusion.solver;

import static java.lang.Math.log;
import static java.lang.Math.pow;

import io.diffusion4j.diffusion.continuous.RungeKutta;
import io.diffusion4j.diffusion.sampling.LevelTimes;
import io.diffusion4j.diffusion.sampling.Quantity;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.SolverLevel;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.util.List;

/**
 * The probability flow of the variance-preserving SDE, dx = −½(x + s) du, by a method of Runge and
 * Kutta (Y. Song et al. 2021, eq. 13). The time u = ∫β dt is that of the {@linkplain
 * io.diffusion4j.diffusion.continuous.OrnsteinUhlenbeck process whose clock runs evenly}, in which
 * the flow of any schedule has the same form and each step meets the schedule's ᾱ exactly. After
 * the last timestep, the value is x̂₀.
 *
 * <p>The network is called {@link RungeKutta#calls} times for each interval, between timesteps at
 * fractional times, and once for the last.
 *
 * @param method the solver
 */
public record OdeSampler(RungeKutta method) implements Sampler {
  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    List<SolverLevel> levels = Grid.TIMESTEPS.levels(schedule, timesteps);
    var times = new LevelTimes(schedule);
    var plan = new SamplingPlan.Builder();
    for (int i = 0; i + 1 < levels.size(); i++) {
      addInterval(plan, levels.get(i), levels.get(i + 1), times);
    }
    return plan.add(levels.get(levels.size() - 1), Update.ZERO.plusX0(1)).build();
  }

  private void addInterval(
      SamplingPlan.Builder plan, SolverLevel from, SolverLevel to, LevelTimes times) {
    double length = log(to.alphaBar() / from.alphaBar());
    int calls = method.calls();
    double[] noise = new double[calls];
    for (int j = 0; j < calls; j++) {
      SolverLevel stage = stage(from, to, method.share(j), times);
      noise[j] = stage.noise();
      List<Double> weights = j + 1 < calls ? method.stage(j + 1) : method.weights();
      Update update = j == 0 ? Update.ZERO.plusX(1) : Update.ZERO.plusPast(j, Quantity.X, 1);
      for (int i = 0; i <= j; i++) {
        double half = weights.get(i) * length / 2;
        double ofEps = -half / noise[i];
        if (i == j) {
          update = update.plusX(half).plusEps(ofEps);
        } else if (half != 0) {
          update = update.plusPast(j - i, Quantity.X, half).plusPast(j - i, Quantity.EPS, ofEps);
        }
      }
      plan.add(stage, update);
    }
  }

  /** Returns the level at a share of the interval's clock. */
  private static SolverLevel stage(
      SolverLevel from, SolverLevel to, double share, LevelTimes times) {
    if (share == 0 || share == 1) {
      return share == 0 ? from : to;
    }
    double alphaBar = pow(from.alphaBar(), 1 - share) * pow(to.alphaBar(), share);
    return new SolverLevel(times.of(new SolverLevel(0, alphaBar).sigma()), alphaBar);
  }
}
