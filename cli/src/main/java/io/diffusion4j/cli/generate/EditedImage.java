package io.diffusion4j.cli.generate;

import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The image that a command starts from, and what it is to show. */
@Command // or picocli takes it for no mixin
final class EditedImage {
  @Parameters(
      index = "0",
      paramLabel = "IMAGE",
      description = "A PNG, JPEG or WebP file; a square one, unless the model draws several sizes.")
  private Path image = Path.of("");

  @Parameters(
      index = "1",
      paramLabel = "PROMPT",
      arity = "0..1",
      defaultValue = "",
      description = "A description of the result, in quotes. Default: the content of the image")
  private String prompt = "";

  /** Fails before any work is done if there is no such file. */
  void check() {
    InputFile.check("image", image);
  }

  byte[] read() throws IOException {
    return InputFile.read(image);
  }

  String prompt() {
    return prompt;
  }
}
