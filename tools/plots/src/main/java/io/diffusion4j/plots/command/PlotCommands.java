package io.diffusion4j.plots.command;

import io.diffusion4j.cli.extension.Commands;
import io.diffusion4j.cli.extension.Plotter;
import io.diffusion4j.cli.options.Variation;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.evaluation.report.SweepPoint;
import io.diffusion4j.plots.AnimatedGif;
import io.diffusion4j.plots.ChartFile;
import io.diffusion4j.plots.Enlarged;
import java.nio.file.Path;
import java.util.List;

/** What this module adds to the command line. */
public final class PlotCommands implements Commands, Plotter {
  /** Called by the service loader. */
  public PlotCommands() {}

  @Override
  public List<Class<?>> classes() {
    return List.of(PlotCommand.class, PlanCommand.class, ToyCommand.class);
  }

  @Override
  public void checkChart(String option, Path file) {
    new ChartFile(file); // refuses what cannot be written
  }

  @Override
  public void plot(
      Path file,
      List<Variation> variations,
      List<Double> places,
      String label,
      List<SweepPoint> points) {
    new ChartFile(file).write(new SweepCharts(variations, places, label).of(points));
  }

  @Override
  public void checkAnimation(String option, Path file) {
    new AnimatedGif(option, file); // refuses what cannot be written
  }

  @Override
  public void animate(String option, Path file, List<Rgb8> frames, int hundredths, int last) {
    List<Enlarged> drawings = frames.stream().map(frame -> new Enlarged(frame, 1)).toList();
    new AnimatedGif(option, file).write(drawings, hundredths, last);
  }
}
