package io.diffusion4j.diffusion.solver;

import static java.lang.Math.min;

import io.diffusion4j.diffusion.sampling.LevelTimes;
import io.diffusion4j.diffusion.sampling.Quantity;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.FlowLevel;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.util.ArrayList;
import java.util.List;

/**
 * Sampling along the flow dx_f/dσ = ε̂ − x̂₀ of {@link FlowLevel} (diffusers' {@code
 * FlowMatchEulerDiscreteScheduler} and its Heun and LCM). Only the number of timesteps counts; the
 * levels are those of the grid.
 *
 * <p>Networks trained on any schedule draw with it: they get the fractional timestep whose ᾱ is the
 * level's. A grid that begins above the schedule's noisiest level begins there instead, since there
 * ε determines no sample and the network was not trained.
 *
 * @param method the step
 * @param grid the levels
 */
public record FlowSampler(Method method, FlowGrid grid) implements Sampler {
  /** The step from one level to the next. */
  public enum Method {
    /** Euler's: a straight line, which is DDIM on these levels. */
    EULER,
    /** Heun's in σ: two calls for each step but the last, with the mean of both velocities. */
    HEUN,
    /**
     * x̂₀ with fresh noise of the next level ({@code stochastic_sampling}, {@code
     * FlowMatchLCMScheduler}).
     */
    STOCHASTIC
  }

  /** A level and its time in the schedule. */
  private record At(FlowLevel level, double t) {
    double sigma() {
      return level.sigma();
    }
  }

  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    int n = timesteps.listed();
    double[] sigmas = grid.sigmas(schedule.steps(), n);
    var times = new LevelTimes(schedule);
    double noisiest = FlowLevel.of(schedule.alphaBar(schedule.steps() - 1)).sigma();
    List<At> levels = new ArrayList<>();
    for (int i = n - timesteps.size(); i < n; i++) {
      var level = new FlowLevel(min(sigmas[i], noisiest));
      double clock = grid.inverted() ? 1 - level.sigma() : level.sigma();
      levels.add(new At(level, times.of(clock / (1 - clock))));
    }
    var plan = new SamplingPlan.Builder();
    if (sigmas[0] <= noisiest) {
      plan.initialScale(1 / levels.get(0).level.scale()); // the noise is that of the flow
    }
    for (int i = 0; i + 1 < levels.size(); i++) {
      addStep(plan, levels.get(i), levels.get(i + 1));
    }
    At last = levels.get(levels.size() - 1);
    return plan.add(last.t, last.level.alphaBar(), Update.ZERO.plusX0(1)).build();
  }

  private void addStep(SamplingPlan.Builder plan, At from, At to) {
    double signal = (1 - to.sigma()) / to.level.scale();
    double noise = to.sigma() / to.level.scale();
    double length = (to.sigma() - from.sigma()) / to.level.scale();
    double alphaBar = from.level.alphaBar();
    switch (method) {
      case EULER -> plan.add(from.t, alphaBar, Update.ZERO.plusX0(signal).plusEps(noise));
      case STOCHASTIC -> plan.add(from.t, alphaBar, Update.ZERO.plusX0(signal).plusNoise(noise));
      case HEUN ->
          plan.add(
                  from.t,
                  alphaBar,
                  Update.ZERO
                      .plusX(from.level.scale() / to.level.scale())
                      .plusX0(-length)
                      .plusEps(length))
              .add(
                  to.t,
                  to.level.alphaBar(),
                  Update.ZERO
                      .plusPast(1, Quantity.X, from.level.scale() / to.level.scale())
                      .plusPast(1, Quantity.X0, -length / 2)
                      .plusPast(1, Quantity.EPS, length / 2)
                      .plusX0(-length / 2)
                      .plusEps(length / 2));
    }
  }
}
