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

/** {@code diffusion4j edit}: changes an image, or a part, according to a text. */
@Command(
    name = "edit",
    modelTransformer = SamplingOptions.Adder.class,
    description = "Change an image, or a part of it, according to a text.",
    footer = {"", "Example:", "  diffusion4j edit apple.png \"a green apple\" --output green.png"})
public final class EditCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "IMAGE", description = "A square PNG, JPEG or WebP file.")
  private Path image = Path.of("");

  @Parameters(
      index = "1",
      paramLabel = "PROMPT",
      description = "A description of the result, in quotes.")
  private String prompt = "";

  @Option(
      names = "--strength",
      paramLabel = "X",
      defaultValue = "0.5",
      description =
          "The strength of the change, without a mask: 0 keeps the image, 1 draws a new one."
              + " Default: ${DEFAULT-VALUE}")
  private double strength;

  @Option(
      names = "--mask",
      paramLabel = "FILE",
      description =
          "A mask of the image's size: white where it is redrawn, black where it is kept. Default:"
              + " the whole image is changed")
  private @Nullable Path mask;

  @Mixin private EditOptions edit = new EditOptions();

  @Override
  public Integer call() throws IOException {
    InputFile.check("image", image);
    Check.share("strength", strength);
    if (mask != null) {
      InputFile.check("mask", mask);
    }
    edit.check(1);
    byte[] file = InputFile.read(image);
    return edit.draw(
        List.of(
            mask == null
                ? Requests.imageToImage(file, strength, prompt)
                : Requests.inpaint(file, InputFile.read(mask), prompt)));
  }
}
