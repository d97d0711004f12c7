package io.diffusion4j.benchmarks.samplers;

import io.diffusion4j.benchmarks.report.ModelOption;
import io.diffusion4j.benchmarks.report.Table;
import io.diffusion4j.benchmarks.samplers.SamplerConvergence.Measured;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.plots.Axis;
import io.diffusion4j.plots.Chart;
import io.diffusion4j.plots.ChartFile;
import io.diffusion4j.plots.ChartSeries;
import io.diffusion4j.unclip.Defaults;
import io.diffusion4j.unclip.UnclipModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code bench samplers}: measures how many steps the samplers need with a model, and their time.
 */
@Command(
    name = "samplers",
    description = {
      "Measure the distance between the pictures of deterministic samplers and a "
          + "reference picture drawn with many more steps.",
      "The distance is the root mean squared error over the pixels of the decoder's "
          + "images, which are in [-1, 1]."
    },
    footer = {
      "",
      "Example:",
      "  diffusion4j bench samplers --samplers ddim,dpmpp-2m --steps 2,4,8,16"
    })
public final class SamplersBench implements Callable<Integer> {
  private static final String NAME = "%-18s";
  private static final String CELL = " %8s";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private ModelOption model = new ModelOption();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Also plot a chart: FILE.png or FILE.svg.")
  private Optional<Path> output = Optional.empty();

  @Option(
      names = "--samplers",
      split = ",",
      paramLabel = "NAME",
      description = "The samplers to compare. Default: all deterministic samplers")
  private List<String> samplers = List.of();

  @Option(
      names = "--steps",
      split = ",",
      paramLabel = "N",
      defaultValue = "2,3,4,5,7,10,15,20,30,50",
      description = "The numbers of steps to compare. Default: ${DEFAULT-VALUE}")
  private List<Integer> steps = List.of();

  @Option(
      names = "--reference-steps",
      paramLabel = "N",
      defaultValue = "250",
      description =
          "The number of steps of the reference picture, which is drawn by "
              + SamplerConvergence.REFERENCE
              + ". Default: ${DEFAULT-VALUE}")
  private int referenceSteps;

  @Option(
      names = "--decoder-guidance",
      paramLabel = "X",
      defaultValue = "" + Defaults.DECODER_GUIDANCE,
      description =
          "The guidance scale of the decoder; 1 is no guidance. Default: ${DEFAULT-VALUE}")
  private double guidanceScale;

  @Override
  public Integer call() {
    int least = steps.stream().mapToInt(n -> n).min().orElse(0);
    Check.that(least >= 1, "steps", steps, "numbers ≥ 1");
    Optional<ChartFile> picture = output.map(ChartFile::new); // fail early on an invalid value
    List<String> compared = compared();
    List<Measured> measured = new ArrayList<>();
    try (var loaded =
        UnclipModel.load(
            model.folder(), Compute.of(Precision.FLOAT32).withEngine(Engines.asked()))) {
      var convergence = new SamplerConvergence(loaded, referenceSteps, guidanceScale);
      PrintWriter out = spec.commandLine().getOut();
      Table.line(
          out, NAME.formatted("steps"), CELL, Stream.concat(steps.stream(), Stream.of("ms/call")));
      for (String sampler : compared) {
        List<Measured> row = new ArrayList<>();
        steps.forEach(n -> convergence.measure(sampler, n).ifPresent(row::add));
        print(out, sampler, row);
        measured.addAll(row);
      }
    }
    picture.ifPresent(file -> file.write(List.of(chart(measured))));
    return 0;
  }

  private List<String> compared() {
    List<String> known = SamplerConvergence.deterministic();
    for (String name : samplers) {
      Check.that(known.contains(name), "samplers", name, "some of " + String.join(", ", known));
    }
    return samplers.isEmpty() ? known : samplers;
  }

  /** Prints distances by the number of steps, and the time of a network call per image. */
  private void print(PrintWriter out, String sampler, List<Measured> row) {
    Stream<String> distances =
        steps.stream()
            .map(
                n ->
                    row.stream()
                        .filter(m -> m.steps() == n)
                        .map(m -> String.format(Locale.ROOT, "%.4f", m.distance()))
                        .findFirst()
                        .orElse(""));
    double millis = row.stream().mapToDouble(Measured::millis).sum();
    double calls = row.stream().mapToDouble(Measured::calls).sum();
    var time = String.format(Locale.ROOT, "%.2f", millis / calls);
    Table.line(out, NAME.formatted(sampler), CELL, Stream.concat(distances, Stream.of(time)));
  }

  /** Plots the distance over the number of network calls, which take nearly all of the time. */
  static Chart chart(List<Measured> measured) {
    List<ChartSeries> curves = new ArrayList<>();
    for (String sampler : measured.stream().map(Measured::sampler).distinct().toList()) {
      curves.add(
          new ChartSeries(
              sampler,
              ChartSeries.Look.markedLine(curves.size()),
              measured.stream()
                  .filter(m -> m.sampler().equals(sampler))
                  .map(m -> new ChartSeries.Point(m.calls(), m.distance()))
                  .toList()));
    }
    return new Chart(
        "Distance to the reference",
        Axis.linear("calls of the network"),
        Axis.logarithmic("RMS distance"),
        curves);
  }
}
