package io.diffusion4j.diffusion.solver;

import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.sampling.Sampler;
import java.util.Map;
import java.util.SortedSet;

/** The samplers a request may choose by name. */
public final class Samplers {
  private static final Grid KARRAS_NEAREST =
      new KarrasGrid(7, KarrasGrid.Ends.SCHEDULE, KarrasGrid.Time.NEAREST);
  private static final Grid KARRAS_FRACTIONAL =
      new KarrasGrid(7, KarrasGrid.Ends.TIMESTEPS, KarrasGrid.Time.FRACTIONAL);

  private final ByName<Sampler> samplers;

  /** These samplers under these names, at least one. */
  public Samplers(Map<String, Sampler> byName) {
    this(new ByName<>("sampler", byName));
  }

  private Samplers(ByName<Sampler> samplers) {
    this.samplers = samplers;
  }

  /** Those of this package, under their usual names. */
  public static Samplers standard() {
    return new Samplers(
        Map.ofEntries(
            Map.entry("ddim", new DdimSampler(0)),
            Map.entry("ddpm", new DdpmSampler(DdpmSampler.Variance.LEARNED_RANGE)),
            Map.entry("ddpm-learned", new DdpmSampler(DdpmSampler.Variance.LEARNED)),
            Map.entry("ddpm-large", new DdpmSampler(DdpmSampler.Variance.FIXED_LARGE)),
            Map.entry("ddpm-small", new DdpmSampler(DdpmSampler.Variance.FIXED_SMALL)),
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
            Map.entry("euler", new EulerSampler()),
            Map.entry("euler-ancestral", new EulerAncestralSampler()),
            Map.entry("euler-karras", new EulerSampler(KARRAS_FRACTIONAL)),
            Map.entry("heun", new HeunSampler()),
            Map.entry("heun-karras", new HeunSampler(KARRAS_FRACTIONAL)),
            Map.entry("plms", new PlmsSampler(PlmsSampler.Start.MULTISTEP)),
            Map.entry("pndm", new PlmsSampler(PlmsSampler.Start.RUNGE_KUTTA)),
            Map.entry("sde-dpmpp-2m", new SdeDpmSolverPlusPlus(2)),
            Map.entry("unclip", new UnclipSampler())));
  }

  /** These and one more, or another under a name that there is already. */
  public Samplers with(String name, Sampler sampler) {
    return new Samplers(samplers.with(name, sampler));
  }

  /**
   * These, and a name for a sampler that there could be, for the benefit of who asks for it.
   *
   * @param needs what there has to be first, such as {@code a measurement}
   */
  public Samplers without(String name, String needs) {
    return new Samplers(samplers.without(name, needs));
  }

  /**
   * The sampler of this name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public Sampler named(String name) {
    return samplers.named(name);
  }

  /** What could be asked for where there is no sampler of this name, in words. */
  public String expectedInsteadOf(String name) {
    return samplers.expectedInsteadOf(name);
  }

  /** The names, in alphabetical order. */
  public SortedSet<String> names() {
    return samplers.names();
  }
}
