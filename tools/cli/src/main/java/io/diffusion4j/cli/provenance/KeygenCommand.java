package io.diffusion4j.cli.provenance;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.diffusion.image.OutputFile;
import io.diffusion4j.provenance.SigningKey;
import io.diffusion4j.provenance.WatermarkKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j keygen}: creates the key of signatures or of a watermark. */
@Command(
    name = "keygen",
    description = "Create a key for signing pictures, or for watermarking them.",
    footer = {
      "",
      "FILE is readable only by its owner. For a signing key, the public key is "
          + "written to FILE.pub; verify needs only that file. A watermark key has no "
          + "public part: embedding and detecting a watermark require the same file.",
      "Example:",
      "  diffusion4j keygen signing.key"
    })
public final class KeygenCommand implements Callable<Integer> {
  @Mixin private Console console = new Console();

  @Parameters(paramLabel = "FILE", description = "The key file to create.")
  private Path file = Path.of("");

  @Option(names = "--watermark", description = "Create a watermark key instead of a signing key.")
  private boolean watermark;

  @Override
  public Integer call() throws IOException {
    var output = new OutputFile("file", file);
    output.requireWritable();
    if (Files.exists(file)) {
      throw output.refused("a new file");
    }
    if (watermark) {
      var unused = WatermarkKey.create(file);
      console.print(file + ": key of a watermark");
    } else {
      SigningKey key = SigningKey.create(file);
      console.print(file + ": signing key " + key.trusted().id());
      console.print(SigningKey.publicFile(file) + ": its public key");
    }
    return 0;
  }
}
