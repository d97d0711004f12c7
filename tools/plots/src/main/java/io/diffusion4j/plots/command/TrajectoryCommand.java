package io.diffusion4j.plots.command;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.image.ContactSheet;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.plots.AnimatedGif;
import io.diffusion4j.plots.Enlarged;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code diffusion4j plot trajectory}: draws a sampler's estimate of the picture after each step.
 */
@Command(
    name = "trajectory",
    description = "Show the decoder's estimates of the picture while it samples.",
    footer = {
      "",
      "Each row shows one sampler's estimate x0 after every step; all rows start "
          + "from the same noise. A GIF shows the samplers side by side, with one frame "
          + "per step.",
      "",
      "Example:",
      "  diffusion4j plot trajectory \"a red apple\" --sampler ddim,ddpm-small -o way.png"
    })
final class TrajectoryCommand implements Callable<Integer> {
  /** The duration of a frame in an animation, in hundredths of a second. */
  private static final int FRAME = 20;

  private static final int LAST_FRAME = 150;

  /** The size of a small picture's pixel in an animation. */
  private static final int ENLARGED = 4;

  @Mixin private Console console = new Console();

  @Parameters(paramLabel = "PROMPT", description = "The prompt, in quotes.")
  private String prompt = "";

  @Option(
      names = "--sampler",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "ddim",
      description =
          "The decoder's sampler; separate several names with commas to compare them. "
              + "Default: ${DEFAULT-VALUE}")
  private List<String> samplers = List.of();

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "10",
      description = "The number of decoder steps. Default: ${DEFAULT-VALUE}")
  private int steps;

  @Mixin private StripOptions strip = new StripOptions();

  @ArgGroup(validate = false, heading = "%nModel:%n")
  private ModelOptions model = new ModelOptions();

  @Override
  public Integer call() {
    Check.that(steps >= 1, "steps", steps, "≥ 1");
    samplers.forEach(Samplers.standard()::named);
    var file = strip.file(".png", ".gif");
    List<NoiseSource> noise = PhiloxNoise.images(strip.seed(), 1);
    List<List<Image>> rows = new ArrayList<>();
    console.say("loading " + model.folder());
    var how = model.opening();
    try (var open = ModelOptions.open(model.folder(), how, Plugins.ofClassPath())) {
      for (String sampler : samplers) {
        rows.add(spread(estimates(open.pipeline(), sampler, noise)));
      }
    }
    if (strip.output().toString().toLowerCase(Locale.ROOT).endsWith(".gif")) {
      new AnimatedGif(strip.output()).write(frames(rows), FRAME, LAST_FRAME);
    } else {
      List<Image> images = rows.stream().flatMap(List::stream).toList();
      List<String> columns =
          IntStream.rangeClosed(1, steps).mapToObj(step -> "step " + step).toList();
      strip.write(file, images, columns, samplers);
    }
    console.print(strip.output());
    return 0;
  }

  /** Returns the samplers side by side, a frame for each step. */
  private List<Enlarged> frames(List<List<Image>> rows) {
    return IntStream.range(0, steps)
        .mapToObj(step -> rows.stream().map(row -> row.get(step)).toList())
        .map(images -> ContactSheet.of(images, images.size()))
        .map(sheet -> new Enlarged(Rgb8.of(sheet), ENLARGED))
        .toList();
  }

  /** Returns one estimate for each step, also for samplers with several network calls in a step. */
  private List<Image> spread(List<Image> estimates) {
    int last = estimates.size() - 1;
    return IntStream.range(0, steps)
        .mapToObj(step -> estimates.get(steps == 1 ? last : last * step / (steps - 1)))
        .toList();
  }

  private List<Image> estimates(ImagePipeline pipeline, String sampler, List<NoiseSource> noise) {
    Stage stage =
        pipeline.card().stages().stream()
            .filter(one -> one.name().equals(ImageDecoder.STAGE))
            .findFirst()
            .orElseThrow(() -> Check.refusal("model", model.folder(), "one with a decoder"));
    var settings = new SamplingSettings(Samplers.standard().named(sampler), steps, 1);
    stage.check(settings);
    Pixels size = stage.size(settings);
    List<Image> estimates = new ArrayList<>();
    pipeline.draw(
        ImageTask.of(prompt),
        Map.of(stage.name(), settings),
        noise,
        progress -> {
          if (progress.stage().equals(stage.name()) && progress.step() > 0) {
            float[] x0 = progress.x0().get(0).clone();
            estimates.add(new Image(size.width(), size.height(), x0));
          }
        });
    return estimates;
  }
}
