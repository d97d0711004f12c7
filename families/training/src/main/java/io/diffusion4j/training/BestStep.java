package io.diffusion4j.training;

import io.diffusion4j.checkpoint.AtomicFile;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The step of a training with the lowest validation loss, in a file beside its state, so that a
 * resumed training knows it.
 *
 * @param step 0 if nothing was measured
 */
public record BestStep(long step, double loss) {
  private static final String FILE = "best-step.txt";

  /** Reads the step of a training whose state is in this folder. */
  static BestStep read(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return new BestStep(0, Double.POSITIVE_INFINITY);
    }
    try {
      String text = Files.readString(file).strip();
      Check.that(text.matches("[0-9]+ \\S+"), file.toString(), text, "a step and a loss");
      int space = text.indexOf(' ');
      return new BestStep(
          Long.parseLong(text.substring(0, space)), Double.parseDouble(text.substring(space + 1)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e, e);
    }
  }

  void write(Path folder) {
    var text = ByteBuffer.wrap((step + " " + loss + "\n").getBytes(StandardCharsets.UTF_8));
    AtomicFile.write(folder.resolve(FILE), channel -> channel.write(text));
  }
}
