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
 * @param decay the decay of the moving average whose weights were kept at this step, as text; empty
 *     if none were kept, or by an earlier version
 */
public record BestStep(long step, double loss, String decay) {
  /** Nothing was measured. */
  static final BestStep NONE = new BestStep(0, Double.POSITIVE_INFINITY, "");

  private static final String FILE = "best-step.txt";

  /** Reads the step of a training whose state is in this folder. */
  static BestStep read(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return NONE;
    }
    try {
      String text = Files.readString(file).strip();
      Check.that(text.matches("[0-9]+ \\S+( \\S+)?"), file.toString(), text, "a step and a loss");
      String[] words = text.split(" ", -1);
      return new BestStep(
          Long.parseLong(words[0]), Double.parseDouble(words[1]), words.length > 2 ? words[2] : "");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e, e);
    }
  }

  void write(Path folder) {
    String line = (step + " " + loss + " " + decay).strip() + "\n";
    var text = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
    AtomicFile.write(folder.resolve(FILE), channel -> channel.write(text));
  }
}
