package io.diffusion4j.diffusion.solver;

import io.diffusion4j.diffusion.continuous.RungeKutta;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.sampling.EpsSource;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.solver.DpmSolverPlusPlus.Correction;
import io.diffusion4j.diffusion.solver.PlmsSampler.Start;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A row of the table of samplers that the laws are tested on.
 *
 * @param order in the step, of a deterministic sampler; 0 for one with noise
 * @param history how many calls its history needs. A multistep solver starts with lower orders, and
 *     their errors remain with a fixed number of steps
 */
record Solver(Sampler sampler, int order, int history) {
  /** The samplers under test. A new sampler is one row here. */
  static final List<Solver> TABLE =
      List.of(
          new Solver(new DdimSampler(0), 1, 0),
          new Solver(new EulerSampler(), 1, 0),
          new Solver(new DpmSolverPlusPlus(1), 1, 0),
          new Solver(new DpmSolverPlusPlus(2), 2, 1),
          new Solver(new DpmSolverPlusPlus(2, Correction.HEUN, Grid.TIMESTEPS), 2, 1),
          new Solver(new DpmSolverPlusPlus(3), 2, 2),
          new Solver(new DpmSolverPlusPlus(3, Correction.TAYLOR, Grid.TIMESTEPS), 3, 2),
          new Solver(new SinglestepDpmSolverPlusPlus(2), 2, 0),
          new Solver(new SinglestepDpmSolverPlusPlus(3), 3, 0),
          new Solver(new HeunSampler(), 2, 0),
          new Solver(new PlmsSampler(Start.MULTISTEP), 2, 2),
          new Solver(new PlmsSampler(Start.RUNGE_KUTTA), 2, 0),
          new Solver(new OdeSampler(RungeKutta.EULER), 1, 0),
          new Solver(new OdeSampler(RungeKutta.HEUN), 2, 0),
          new Solver(new OdeSampler(RungeKutta.CLASSICAL), 4, 0),
          stochastic(new SdeSampler(SdeSampler.Method.EULER_MARUYAMA, 0)),
          stochastic(new SdeSampler(SdeSampler.Method.REVERSE_DIFFUSION, 0)),
          stochastic(new SdeSampler(SdeSampler.Method.REVERSE_DIFFUSION, 1)),
          stochastic(new SdeSampler(SdeSampler.Method.REVERSE_DIFFUSION, 2, 0.1)),
          stochastic(new DdimSampler(0.5)),
          stochastic(new DdimSampler(1, EpsSource.NETWORK)),
          stochastic(
              new DdimSampler(
                  1, EpsSource.NETWORK, DdimSampler.Stride.WHOLE, FinalNoiseLevel.CLEAN)),
          stochastic(new DdpmSampler(VarianceType.FIXED_SMALL)),
          stochastic(new DdpmSampler(VarianceType.FIXED_LARGE)),
          stochastic(new DdpmSampler(VarianceType.LEARNED)),
          stochastic(new DdpmSampler(VarianceType.LEARNED_RANGE)),
          stochastic(new UnclipSampler()),
          stochastic(new AnalyticDpmSampler(new EpsPower(new TreeMap<>(Map.of(0, 0.5))))),
          stochastic(new EulerAncestralSampler()),
          stochastic(new SdeDpmSolverPlusPlus(1)),
          stochastic(new SdeDpmSolverPlusPlus(2)),
          stochastic(new SdeDpmSolverPlusPlus(2, Correction.HEUN, Grid.TIMESTEPS)));

  private static Solver stochastic(Sampler sampler) {
    return new Solver(sampler, 0, 0);
  }

  boolean isDeterministic() {
    return order > 0;
  }
}
