package io.diffusion4j.plots.command;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.schedule.Schedules;
import io.diffusion4j.plots.Axis;
import io.diffusion4j.plots.Chart;
import io.diffusion4j.plots.ChartFile;
import io.diffusion4j.plots.ChartSeries;
import io.diffusion4j.plots.ChartSeries.Look;
import io.diffusion4j.plots.ChartSeries.Point;
import io.diffusion4j.plots.SchedulePlots;
import io.diffusion4j.training.events.EventReader;
import io.diffusion4j.training.events.EventWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j plot}: plots the quantities of a diffusion model. */
@Command(
    name = "plot",
    description =
        "Plot noise schedules, the forward process, sampling plans, training runs, "
            + "embeddings and more.",
    subcommands = {
      PlanCommand.class,
      ForwardCommand.class,
      PosteriorCommand.class,
      BoundCommand.class,
      TrajectoryCommand.class,
      NetworkCommand.class,
      SimilarityCommand.class,
      ComponentsCommand.class,
      SheetCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  diffusion4j plot schedules cosine linear --output schedules.svg",
      "  diffusion4j plot snr cosine --spacing unclip,trailing --steps 10 --output snr.png",
      "  diffusion4j plot plan ddim dpmpp-2m --steps 10 --output plan.png",
      "  diffusion4j plot training training/emoji/state/decoder --output loss.svg"
    })
public final class PlotCommand implements Runnable {
  private static final String NAMES = "The names of noise schedules. Default: all";

  @Mixin private Console console = new Console();

  @Command(
      name = "schedules",
      description = "Plot alphaBar over the timesteps, and mark the visited timesteps.")
  int schedules(
      @Parameters(paramLabel = "NAME", arity = "0..*", description = NAMES) List<String> names,
      @Mixin GridOptions grid,
      @Mixin PictureOptions picture) {
    return draw(names, grid, picture, SchedulePlots::alphaBar);
  }

  @Command(
      name = "snr",
      description = "Plot the signal-to-noise ratio over the timesteps, on a logarithmic axis.")
  int snr(
      @Parameters(paramLabel = "NAME", arity = "0..*", description = NAMES) List<String> names,
      @Mixin GridOptions grid,
      @Mixin PictureOptions picture) {
    return draw(names, grid, picture, SchedulePlots::snr);
  }

  @Command(
      name = "training",
      description = "Plot the loss of training runs over their steps, in one chart for each run.")
  int training(
      @Parameters(
              paramLabel = "STATE",
              arity = "1..*",
              description = "State folders of trained parts, such as training/emoji/state/decoder.")
          List<Path> states,
      @Option(
              names = "--value",
              paramLabel = "NAME",
              defaultValue = "loss",
              description =
                  "The value to plot: loss, gradient_norm, learning_rate or images_per_second. "
                      + "Default: ${DEFAULT-VALUE}")
          String value,
      @Mixin PictureOptions picture)
      throws IOException {
    ChartFile file = picture.requireFile();
    List<Chart> charts = new ArrayList<>();
    for (Path state : states) {
      charts.add(TrainingChart.of(state, value));
    }
    return write(file, picture.titled(charts));
  }

  private int draw(
      @org.jspecify.annotations.Nullable List<String> names,
      GridOptions grid,
      PictureOptions picture,
      Function<SchedulePlots, Chart> chart) {
    ChartFile file = picture.requireFile();
    Collection<String> chosen =
        names == null || names.isEmpty() ? Schedules.standard().names() : names;
    var plots = new SchedulePlots(grid.schedules(chosen), grid.visited());
    return write(file, picture.titled(List.of(chart.apply(plots))));
  }

  private int write(ChartFile file, List<Chart> charts) {
    file.write(charts);
    console.print(file.path());
    return 0;
  }

  /** Reached only without a command. */
  @Override
  public void run() {
    throw console.noCommand();
  }

  /**
   * A number of a training over its steps. Each point is the mean of the steps since the previous
   * point, enough of them to smooth the noise of the batches.
   */
  static final class TrainingChart {
    private static final int POINTS = 60;

    private TrainingChart() {}

    /** Reads the events beside a state. */
    static Chart of(Path state, String value) throws IOException {
      Path events = state.resolve(EventWriter.FOLDER);
      Check.that(
          Files.isDirectory(events), "state", state, "a folder of a training, with events in it");
      SortedMap<Long, Double> numbers = EventReader.scalars(events, value);
      Check.that(!numbers.isEmpty(), "value", value, "one that is in " + events + ", such as loss");
      List<Point> means = means(numbers);
      var curve = new ChartSeries(value, Look.line(0), means);
      return new Chart(state.toString(), Axis.linear("step"), axis(value, means), List.of(curve));
    }

    /**
     * Logarithmic for values that fall to a tenth or less, since their ends would be invisible
     * otherwise.
     */
    private static Axis axis(String value, List<Point> means) {
      var range = means.stream().mapToDouble(Point::y).summaryStatistics();
      return range.getMin() > 0 && range.getMin() <= range.getMax() / 10
          ? Axis.logarithmic(value)
          : Axis.linear(value);
    }

    private static List<Point> means(SortedMap<Long, Double> numbers) {
      List<Map.Entry<Long, Double>> all = new ArrayList<>(numbers.entrySet());
      int points = Math.min(POINTS, all.size());
      List<Point> means = new ArrayList<>(points);
      for (int i = 0; i < points; i++) {
        var part = all.subList(all.size() * i / points, all.size() * (i + 1) / points);
        means.add(
            new Point(
                part.get(part.size() - 1).getKey(),
                part.stream().mapToDouble(Map.Entry::getValue).average().orElseThrow()));
      }
      return means;
    }
  }
}
