package io.diffusion4j.plots.command;

import io.diffusion4j.cli.clip.PictureArguments;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.ForwardProcess;
import io.diffusion4j.diffusion.process.Transition;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j plot forward}: draws a picture on its way to noise. */
@Command(
    name = "forward",
    description = "Show a picture at several timesteps of the forward process.",
    footer = {
      "",
      "Each row shows one schedule: x_t = √alphaBar_t · x_0 + √(1 − alphaBar_t) · "
          + "eps, with the same noise eps everywhere. Values outside the range from "
          + "black to white are clipped.",
      "",
      "Example:",
      "  diffusion4j plot forward apple.png --schedule linear,cosine --labels --output forward.png"
    })
final class ForwardCommand implements Callable<Integer> {
  @Mixin private Console console = new Console();

  @Parameters(paramLabel = "PICTURE", description = "A PNG, JPEG or WebP file.")
  private Path picture = Path.of("");

  @Option(
      names = "--timesteps",
      split = ",",
      paramLabel = "T",
      defaultValue = "-1,49,99,199,399,599,999",
      description = "The timesteps, from 0; -1 is the original picture. Default: ${DEFAULT-VALUE}")
  private List<Integer> timesteps = List.of();

  @Option(
      names = "--schedule",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "linear",
      description =
          "The noise schedule; separate several names with commas to compare them. "
              + "Default: ${DEFAULT-VALUE}")
  private List<String> schedules = List.of();

  @Mixin private TrainSteps trainSteps = new TrainSteps();

  @Mixin private StripOptions strip = new StripOptions();

  @Override
  public Integer call() {
    var named = trainSteps.schedules(schedules).values();
    for (int t : timesteps) {
      Check.that(
          t >= NoiseSchedule.CLEAN && t < trainSteps.count(),
          "timesteps",
          t,
          "from -1 to %s",
          trainSteps.count() - 1);
    }
    var file = strip.file(".png");
    long seed = strip.seed();
    Image x0 = PictureArguments.read(picture);
    float[] eps = new PhiloxNoise(seed, 0).gaussian("forward", 0, x0.pixels().length);
    List<Image> images = new ArrayList<>();
    for (NoiseSchedule schedule : named) {
      var process = new ForwardProcess(schedule);
      for (int t : timesteps) {
        images.add(noised(x0, eps, process.marginal(t)));
      }
    }
    strip.write(file, images, timesteps.stream().map(t -> "t = " + t).toList(), schedules);
    console.print(strip.output());
    return 0;
  }

  private static Image noised(Image x0, float[] eps, Transition marginal) {
    float[] xt = new float[eps.length];
    for (int i = 0; i < xt.length; i++) {
      xt[i] = (float) Math.max(-1, Math.min(1, marginal.draw(x0.pixels()[i], eps[i])));
    }
    return new Image(x0.width(), x0.height(), xt);
  }
}
