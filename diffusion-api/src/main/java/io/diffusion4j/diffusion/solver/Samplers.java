package io.diffusion4j.diffusion.solver;

import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.continuous.RungeKutta;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.sampling.EpsSource;
import io.diffusion4j.diffusion.sampling.Sampler;
import java.util.Map;

/** The samplers by their names in requests. */
public final class Samplers {
  /** The levels of diffusers' DPM-Solver++ with {@code use_karras_sigmas}. */
  public static final Grid KARRAS_NEAREST =
      new KarrasGrid(7, KarrasGrid.Ends.SCHEDULE, KarrasGrid.Time.NEAREST);

  /** The same on the cosine schedule, where diffusers does not round the times but cuts them. */
  public static final Grid KARRAS_BELOW =
      new KarrasGrid(7, KarrasGrid.Ends.SCHEDULE, KarrasGrid.Time.BELOW);

  private static final Grid KARRAS_FRACTIONAL =
      new KarrasGrid(7, KarrasGrid.Ends.TIMESTEPS, KarrasGrid.Time.FRACTIONAL);

  private Samplers() {}

  /** Returns the samplers of this package under their usual names. */
  public static ByName<Sampler> standard() {
    return new ByName<>(
        "sampler",
        Map.ofEntries(
            Map.entry("consistency", new ConsistencySampler(1, FinalNoiseLevel.CLEAN)),
            Map.entry("ddim", new DdimSampler(0)),
            Map.entry(
                "ddim-diffusers",
                new DdimSampler(
                    0, EpsSource.NETWORK, DdimSampler.Stride.WHOLE, FinalNoiseLevel.CLEAN)),
            Map.entry("ddpm", new DdpmSampler(VarianceType.LEARNED_RANGE)),
            Map.entry("ddpm-learned", new DdpmSampler(VarianceType.LEARNED)),
            Map.entry("ddpm-large", new DdpmSampler(VarianceType.FIXED_LARGE)),
            Map.entry("ddpm-small", new DdpmSampler(VarianceType.FIXED_SMALL)),
            Map.entry("dpmpp-1", new DpmSolverPlusPlus(1)),
            Map.entry("dpmpp-2m", new DpmSolverPlusPlus(2)),
            Map.entry(
                "dpmpp-2m-heun",
                new DpmSolverPlusPlus(2, DpmSolverPlusPlus.Correction.HEUN, Grid.TIMESTEPS)),
            Map.entry(
                "dpmpp-2m-karras",
                new DpmSolverPlusPlus(2, DpmSolverPlusPlus.Correction.MIDPOINT, KARRAS_NEAREST)),
            Map.entry("dpmpp-2s", new SinglestepDpmSolverPlusPlus(2)),
            Map.entry("dpmpp-3m", new DpmSolverPlusPlus(3)),
            Map.entry(
                "dpmpp-3m-taylor",
                new DpmSolverPlusPlus(3, DpmSolverPlusPlus.Correction.TAYLOR, Grid.TIMESTEPS)),
            Map.entry("dpmpp-3s", new SinglestepDpmSolverPlusPlus(3)),
            Map.entry("edm", new EdmSampler()),
            Map.entry("euler", new EulerSampler()),
            Map.entry("euler-ancestral", new EulerAncestralSampler()),
            Map.entry("euler-karras", new EulerSampler(KARRAS_FRACTIONAL)),
            Map.entry("flow-euler", flow(FlowSampler.Method.EULER)),
            Map.entry("flow-heun", flow(FlowSampler.Method.HEUN)),
            Map.entry("flow-stochastic", flow(FlowSampler.Method.STOCHASTIC)),
            Map.entry("heun", new HeunSampler()),
            Map.entry("heun-karras", new HeunSampler(KARRAS_FRACTIONAL)),
            Map.entry("lcm", new LcmSampler()),
            Map.entry("ode-euler", new OdeSampler(RungeKutta.EULER)),
            Map.entry("ode-heun", new OdeSampler(RungeKutta.HEUN)),
            Map.entry("ode-rk4", new OdeSampler(RungeKutta.CLASSICAL)),
            Map.entry("plms", new PlmsSampler(PlmsSampler.Start.MULTISTEP)),
            Map.entry("pndm", new PlmsSampler(PlmsSampler.Start.RUNGE_KUTTA)),
            Map.entry("sde-dpmpp-2m", new SdeDpmSolverPlusPlus(2)),
            Map.entry("sde-euler-maruyama", new SdeSampler(SdeSampler.Method.EULER_MARUYAMA, 0)),
            Map.entry("sde-pc", new SdeSampler(SdeSampler.Method.REVERSE_DIFFUSION, 1)),
            Map.entry(
                "sde-reverse-diffusion", new SdeSampler(SdeSampler.Method.REVERSE_DIFFUSION, 0)),
            Map.entry("tcd", new TcdSampler(TcdSampler.PUBLISHED_ETA, FinalNoiseLevel.CLEAN)),
            Map.entry("unclip", new UnclipSampler())));
  }

  private static Sampler flow(FlowSampler.Method method) {
    return new FlowSampler(method, FlowGrid.EVEN);
  }
}
