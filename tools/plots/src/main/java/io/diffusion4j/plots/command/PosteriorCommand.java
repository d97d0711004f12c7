package io.diffusion4j.plots.command;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.continuous.GaussianMixture;
import io.diffusion4j.diffusion.continuous.GaussianMixture.Component;
import io.diffusion4j.diffusion.process.ForwardProcess;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.plots.Chart;
import io.diffusion4j.plots.ChartFile;
import io.diffusion4j.plots.PosteriorPlots;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code diffusion4j plot posterior}: shows why the reverse process needs small steps. */
@Command(
    name = "posterior",
    description = "Plot the true reverse distribution q(x_s | x_t) for data near -1 and 1.",
    footer = {
      "",
      "Each chart shows q(x_s | x_t) for one step length, and the Gaussian of the "
          + "same mean and variance, which is the best prediction of a network with one "
          + "mean. It also shows q(x_s | x_t, x_0) for x_0 = -1 and x_0 = 1.",
      "Example:",
      "  diffusion4j plot posterior --steps 10,100,300 --output posterior.svg"
    })
final class PosteriorCommand implements Callable<Integer> {
  private static final GaussianMixture DATA =
      new GaussianMixture(
          List.of(new Component(0.5, List.of(-1.0), 0.01), new Component(0.5, List.of(1.0), 0.01)));

  @Mixin private Console console = new Console();

  @Option(
      names = "--schedule",
      paramLabel = "NAME",
      defaultValue = "linear",
      description = "The noise schedule. Default: ${DEFAULT-VALUE}")
  private String schedule = "";

  @Mixin private TrainSteps trainSteps = new TrainSteps();

  @Option(
      names = "--timestep",
      paramLabel = "T",
      defaultValue = "400",
      description = "The timestep t at which the steps start. Default: ${DEFAULT-VALUE}")
  private int timestep;

  @Option(
      names = "--steps",
      split = ",",
      paramLabel = "N",
      defaultValue = "10,100,300",
      description = "The step lengths t - s, in timesteps. Default: ${DEFAULT-VALUE}")
  private List<Integer> steps = List.of();

  @Option(
      names = "--at",
      paramLabel = "X",
      defaultValue = "0.1",
      description = "The value of the noisy sample x_t. Default: ${DEFAULT-VALUE}")
  private double at;

  @Mixin private PictureOptions picture = new PictureOptions();

  @Override
  public Integer call() {
    NoiseSchedule noise = trainSteps.schedules(List.of(schedule)).values().iterator().next();
    Check.that(
        timestep >= 0 && timestep < trainSteps.count(),
        "timestep",
        timestep,
        "from 0 to %s",
        trainSteps.count() - 1);
    for (int step : steps) {
      Check.that(step >= 1 && step <= timestep + 1, "steps", step, "from 1 to %s", timestep + 1);
    }
    Check.that(Math.abs(at) <= 3, "at", at, "in [-3, 3]");
    ChartFile file = picture.requireFile();
    var plots = new PosteriorPlots(new ForwardProcess(noise), DATA);
    Stream<Chart> charts = steps.stream().map(step -> plots.step(timestep - step, timestep, at));
    file.write(picture.titled(charts.toList()));
    console.print(file.path());
    return 0;
  }
}
