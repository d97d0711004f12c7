package io.diffusion4j.plots.command;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.plots.ChartFile;
import io.diffusion4j.plots.PlanPlots;
import io.diffusion4j.unclip.Defaults;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j plan} and {@code plot plan}: shows the steps of a sampler. */
@Command(
    name = "plan",
    description = "List the steps of a sampler in a table, or plot them with --output.",
    footer = {
      "",
      "For each call of the network, the table contains the timestep, alphaBar, "
          + "and the log signal-to-noise ratio; the coefficients of the sample x, of the "
          + "estimates x0 and eps, and of earlier estimates; and the standard deviation "
          + "of the added noise.",
      "",
      "Examples:",
      "  diffusion4j plan dpmpp-2m --steps 10",
      "  diffusion4j plan ddim heun --schedule linear --spacing trailing --output plan.svg"
    })
public final class PlanCommand implements Callable<Integer> {
  @Mixin private Console console = new Console();

  @Parameters(
      paramLabel = "SAMPLER",
      arity = "0..*",
      defaultValue = Defaults.SAMPLER,
      description = "The names of samplers. Default: ${DEFAULT-VALUE}")
  private List<String> samplers = List.of();

  @Option(
      names = "--schedule",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "cosine",
      description =
          "The noise schedule; separate several names with commas to compare them. "
              + "Default: ${DEFAULT-VALUE}")
  private List<String> schedules = List.of();

  @Mixin private GridOptions grid = new GridOptions();

  @Mixin private PictureOptions picture = new PictureOptions();

  @Override
  public Integer call() {
    Optional<ChartFile> file = picture.file();
    Map<String, SamplingPlan> plans = plans();
    PrintWriter out = console.out();
    if (file.isPresent()) {
      file.get().write(picture.titled(PlanPlots.of(plans)));
      out.println(file.get().path());
    } else {
      plans.forEach(
          (name, plan) -> {
            if (plans.size() > 1) {
              out.println(name);
            }
            out.print(plan);
          });
    }
    out.flush();
    return 0;
  }

  /** Returns every combination of the arguments, under the names that differ. */
  private Map<String, SamplingPlan> plans() {
    var spacings = grid.visitedOr("unclip");
    Map<String, SamplingPlan> plans = new LinkedHashMap<>();
    for (String sampler : samplers) {
      var method = Samplers.standard().named(sampler);
      grid.schedules(schedules)
          .forEach(
              (schedule, table) ->
                  spacings.forEach(
                      (spacing, timesteps) ->
                          plans.put(
                              sampler
                                  + (schedules.size() > 1 ? ", " + schedule : "")
                                  + (spacings.size() > 1 ? ", " + spacing : ""),
                              method.plan(table, timesteps))));
    }
    return plans;
  }
}
