package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.client.Requests;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j upscale}: enlarges a small image. */
@Command(
    name = "upscale",
    modelTransformer = SamplingOptions.Adder.class,
    description = "Draw an enlarged version of an image.",
    footer = {"", "Example:", "  diffusion4j upscale small.png --output large.png"})
public final class UpscaleCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "IMAGE",
      description = "A square PNG, JPEG or WebP file, smaller than the model's output.")
  private Path image = Path.of("");

  @Mixin private EditOptions edit = new EditOptions();

  @Override
  public Integer call() throws IOException {
    InputFile.check("image", image);
    edit.check(1);
    return edit.draw(List.of(Requests.upscale(InputFile.read(image))));
  }
}
