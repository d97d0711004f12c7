package io.diffusion4j.plots;

import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.plots.ChartSeries.Look;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/**
 * Charts of noise schedules over their timesteps, with the timesteps that some spacings visit as
 * markers.
 *
 * @param schedules the schedules by name, in the order of the legend
 * @param visited timesteps by the name of their spacing; may be empty
 */
public record SchedulePlots(Map<String, NoiseSchedule> schedules, Map<String, Timesteps> visited) {
  /** Plots ᾱ, the remaining fraction of the sample's variance. */
  public Chart alphaBar() {
    return chart("Noise schedules", Axis.linear("alphaBar"), aBar -> aBar);
  }

  /** Plots the signal-to-noise ratio ᾱ/(1−ᾱ) on a logarithmic axis. */
  public Chart snr() {
    return chart(
        "Signal-to-noise ratio",
        Axis.logarithmic("SNR = alphaBar / (1 − alphaBar)"),
        aBar -> aBar / (1 - aBar));
  }

  private Chart chart(String title, Axis y, DoubleUnaryOperator ofAlphaBar) {
    List<ChartSeries> lines = new ArrayList<>();
    List<ChartSeries> marks = new ArrayList<>();
    schedules.forEach(
        (name, schedule) -> {
          int color = lines.size();
          lines.add(
              new ChartSeries(
                  name,
                  Look.line(color),
                  ChartSeries.points(
                      0, schedule.steps(), t -> ofAlphaBar.applyAsDouble(schedule.alphaBar(t)))));
          int[] shape = {0};
          visited.forEach(
              (spacing, timesteps) ->
                  marks.add(
                      new ChartSeries(
                          name + ", " + spacing,
                          Look.markers(color, shape[0]++),
                          timesteps.values().stream()
                              .map(
                                  t ->
                                      new ChartSeries.Point(
                                          t, ofAlphaBar.applyAsDouble(schedule.alphaBar(t))))
                              .toList())));
        });
    lines.addAll(marks); // which are drawn above the lines
    return new Chart(title, Axis.linear("timestep t"), y, lines);
  }
}
