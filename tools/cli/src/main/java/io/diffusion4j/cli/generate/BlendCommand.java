package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j blend}: draws images between two images. */
@Command(
    name = "blend",
    modelTransformer = SamplingOptions.Adder.class,
    description = "Interpolate between two images.",
    footer = {
      "",
      "Example:",
      "  diffusion4j blend apple.png pear.png --ratio 0.3 --output between.png"
    })
public final class BlendCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "FIRST",
      description = "The first image: a PNG, JPEG or WebP file.")
  private Path first = Path.of("");

  @Parameters(
      index = "1",
      paramLabel = "SECOND",
      description = "The second image: a PNG, JPEG or WebP file.")
  private Path second = Path.of("");

  @Option(
      names = "--ratio",
      paramLabel = "X",
      description =
          "The position between the images, 0 to 1: 0 is the first image, 1 the "
              + "second. Default: 0.5")
  private @Nullable Double ratio;

  private static final int MAX_FRAMES = 10_000;

  @Option(
      names = "--frames",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "The number of images. More than one are spaced evenly from the first image "
              + "to the second. Default: 1")
  private int frames;

  @Mixin private EditOptions edit = new EditOptions();

  @Override
  public Integer call() throws IOException {
    InputFile.check("first", first);
    InputFile.check("second", second);
    Check.that(frames <= MAX_FRAMES, "frames", frames, "at most %s", MAX_FRAMES);
    Check.that(frames == 1 || ratio == null, "ratio", ratio, "none beside --frames");
    List<Double> ratios = Ratios.to(frames > 1 ? 1 : ratio == null ? 0.5 : ratio, frames);
    edit.check(ratios.size());
    byte[] from = InputFile.read(first);
    byte[] to = InputFile.read(second);
    return edit.draw(ratios.stream().map(own -> Requests.interpolation(from, to, own)).toList());
  }
}
