package io.diffusion4j.cli.generate;

import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The input image of a command, and the description of the result. */
@Command // or picocli takes it for no mixin
final class EditedImage {
  @Parameters(
      index = "0",
      paramLabel = "IMAGE",
      description =
          "The image to edit: a PNG, JPEG or WebP file. It must be square, unless the "
              + "model supports several sizes.")
  private Path image = Path.of("");

  @Parameters(
      index = "1",
      paramLabel = "PROMPT",
      arity = "0..1",
      defaultValue = "",
      description =
          "A description of the edited image, in quotes. Default: the content of the image")
  private String prompt = "";

  /** Checks that the file exists before any work is done. */
  void check() {
    InputFile.check("image", image);
  }

  Path path() {
    return image;
  }

  byte[] read() throws IOException {
    return InputFile.read(image);
  }

  String prompt() {
    return prompt;
  }
}
