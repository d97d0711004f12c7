package io.diffusion4j.plots.command;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.evaluate.BoundTerms;
import io.diffusion4j.plots.BoundPlots;
import io.diffusion4j.plots.Chart;
import io.diffusion4j.plots.ChartFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j plot bound}: plots the variational bound by timestep. */
@Command(
    name = "bound",
    description = "Plot the weight of each timestep's error in the variational bound.",
    footer = {
      "",
      "The simple loss weights the squared error of eps equally at all timesteps. "
          + "With --nll, a second chart shows the terms L_t of the bound, as measured by "
          + "nll.",
      "",
      "Examples:",
      "  diffusion4j plot bound linear cosine --output bound.svg",
      "  diffusion4j nll --count 4 --steps 250 --json decoder.json",
      "  diffusion4j plot bound cosine --nll decoder.json --output bound.svg"
    })
final class BoundCommand implements Callable<Integer> {
  @Mixin private Console console = new Console();

  @Parameters(
      paramLabel = "SCHEDULE",
      arity = "0..*",
      defaultValue = "linear",
      description = "The names of noise schedules. Default: ${DEFAULT-VALUE}")
  private List<String> schedules = List.of();

  @Mixin private TrainSteps trainSteps = new TrainSteps();

  @Option(
      names = "--nll",
      paramLabel = "FILE",
      description =
          "A file written by nll --json; its name appears in the legend. May be repeated.")
  private List<Path> reports = List.of();

  @Mixin private PictureOptions picture = new PictureOptions();

  @Override
  public Integer call() throws IOException {
    ChartFile file = picture.requireFile();
    List<Chart> charts = new ArrayList<>();
    charts.add(BoundPlots.weights(trainSteps.schedules(schedules)));
    if (!reports.isEmpty()) {
      Map<String, Map<Integer, Double>> terms = new LinkedHashMap<>();
      for (Path report : reports) {
        terms.put(report.toString().replaceFirst("\\.json$", ""), BoundTerms.read("nll", report));
      }
      charts.add(BoundPlots.terms(terms));
    }
    file.write(picture.titled(charts));
    console.print(file.path());
    return 0;
  }
}
