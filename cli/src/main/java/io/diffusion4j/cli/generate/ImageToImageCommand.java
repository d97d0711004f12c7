package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j img2img}: an image is noised and drawn on from there. */
@Command(
    name = "img2img",
    modelTransformer = SamplingOptions.Adder.class,
    description = "Draw on from a noised image.",
    footer = {
      "",
      "Example:",
      "  diffusion4j img2img apple.png \"a green apple\" --strength 0.6 --output green.png"
    })
public final class ImageToImageCommand implements Callable<Integer>, SamplingOptions.Sampled {
  @Parameters(index = "0", paramLabel = "IMAGE", description = "A square PNG, JPEG or WebP file.")
  private Path image = Path.of("");

  @Parameters(
      index = "1",
      paramLabel = "PROMPT",
      arity = "0..1",
      defaultValue = "",
      description = "What it is to show, in quotes. Default: what it shows already")
  private String prompt = "";

  @Option(
      names = "--strength",
      paramLabel = "X",
      defaultValue = "0.5",
      description =
          "How much of the image is forgotten: 0 keeps it, 1 draws a new one. Default:"
              + " ${DEFAULT-VALUE}")
  private double strength;

  @Mixin private EditOptions edit = new EditOptions();

  @Override
  public SamplingOptions sampling() {
    return edit.stages;
  }

  @Override
  public Integer call() throws IOException {
    InputFile.check("image", image);
    Check.share("strength", strength);
    edit.check(1);
    return edit.draw(List.of(Requests.imageToImage(InputFile.read(image), strength, prompt)));
  }
}
