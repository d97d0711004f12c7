package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.client.Requests;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j diff}: changes an image in the direction from one text to another. */
@Command(
    name = "diff",
    modelTransformer = SamplingOptions.Adder.class,
    description = "Edit an image along the direction from one text to another (text diff).",
    footer = {
      "",
      "Example:",
      "  diffusion4j diff apple.png --from \"a red apple\" --to \"a green apple\" --output"
          + " green.png"
    })
public final class DiffCommand implements Callable<Integer> {
  @Parameters(paramLabel = "IMAGE", description = "A square PNG, JPEG or WebP file.")
  private Path image = Path.of("");

  @Option(
      names = "--from",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "A description of the image as it is. Default: none")
  private String from = "";

  @Option(
      names = "--to",
      paramLabel = "TEXT",
      required = true,
      description = "A description of the edited image.")
  private String to = "";

  @Option(
      names = "--ratio",
      paramLabel = "X",
      defaultValue = "0.35",
      description =
          "The strength of the edit, 0 to 1: 0 keeps the image, 1 applies the full "
              + "text direction. Default: ${DEFAULT-VALUE}")
  private double ratio;

  @Option(
      names = "--frames",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "The number of images. More than one are spaced evenly from the unchanged "
              + "image to the result. Default: 1")
  private int frames;

  @Mixin private EditOptions edit = new EditOptions();

  @Override
  public Integer call() throws IOException {
    InputFile.check("image", image);
    List<Double> ratios = Ratios.to(ratio, frames);
    edit.check(ratios.size());
    byte[] file = InputFile.read(image);
    return edit.draw(ratios.stream().map(own -> Requests.textDiff(file, from, to, own)).toList());
  }
}
