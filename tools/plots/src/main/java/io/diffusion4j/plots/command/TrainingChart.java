package io.diffusion4j.plots.command;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.plots.Axis;
import io.diffusion4j.plots.Chart;
import io.diffusion4j.plots.ChartSeries;
import io.diffusion4j.plots.ChartSeries.Look;
import io.diffusion4j.plots.ChartSeries.Point;
import io.diffusion4j.training.events.EventReader;
import io.diffusion4j.training.events.EventWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * A number of a training over its steps. Each point is the mean of the steps since the previous
 * point, enough of them to smooth the noise of the batches.
 */
final class TrainingChart {
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
