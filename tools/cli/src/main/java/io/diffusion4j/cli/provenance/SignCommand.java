package io.diffusion4j.cli.provenance;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.cli.options.ProvenanceOptions;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.OutputFile;
import io.diffusion4j.provenance.Provenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j sign}: marks a picture that was converted after it was drawn. */
@Command(
    name = "sign",
    description = "Mark a PNG, JPEG or WebP file as drawn by a model, after it was converted.",
    footer = {
      "",
      "The XMP metadata of the output file states that a model drew the picture, "
          + "and the file is signed with the given keys. The encoded pixels do not "
          + "change. The drawing commands mark the files that they write themselves.",
      "Example:",
      "  diffusion4j sign apple.jpg --sign signing.key --output signed.jpg"
    })
public final class SignCommand implements Callable<Integer> {
  @Mixin private Console console = new Console();

  @Parameters(paramLabel = "FILE", description = "The file to mark: PNG, JPEG or WebP.")
  private Path file = Path.of("");

  @Mixin private CommonOptions.Output output = new CommonOptions.Output();

  @ArgGroup(validate = false, heading = "%nMarks in the file:%n")
  private ProvenanceOptions marks = new ProvenanceOptions();

  @Override
  public Integer call() throws IOException {
    var to = new OutputFile(output.path());
    to.requireWritable();
    if (to.isStandardOutput()) {
      console.leaveOutput();
    }
    Provenance provenance = marks.read();
    Check.that(
        provenance.watermark().isEmpty(),
        "watermark",
        "for " + file,
        "none: it is embedded when a picture is drawn");
    to.write(provenance.mark(Files.readAllBytes(file), Recipes.KEYWORD, VerifyCommand.MAX_PIXELS));
    return 0;
  }
}
