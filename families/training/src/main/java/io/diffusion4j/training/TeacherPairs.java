package io.diffusion4j.training;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsFile;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.nn.Rows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The samples that a teacher drew, by the number of their noise. The noise itself is not stored: it
 * follows from the seed and the number. They are drawn and stored in parts, so that an interrupted
 * run goes on with the next part.
 *
 * @param samples row by row
 */
public record TeacherPairs(List<float[]> samples) {
  private static final int PART = 64;
  private static final String SAMPLES = "samples";

  public TeacherPairs {
    samples = List.copyOf(samples);
  }

  /** Draws samples of noises by their numbers. */
  @FunctionalInterface
  public interface Teacher {
    /** Returns the samples of {@code count} noises from number {@code from}. */
    List<float[]> draw(int from, int count);
  }

  /**
   * Reads the stored parts and draws the missing ones.
   *
   * @param folder is created if it does not exist
   * @param origin what the samples depend on, by name
   * @throws CheckpointException if the stored parts have another origin
   */
  public static TeacherPairs of(
      Path folder, int count, Map<String, String> origin, Teacher teacher) {
    List<float[]> samples = new ArrayList<>(count);
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the folder " + folder + ": " + e, e);
    }
    for (int from = 0; from < count; from += PART) {
      int rows = Math.min(PART, count - from);
      Path file = folder.resolve(String.format(Locale.ROOT, "pairs-%05d.safetensors", from));
      if (!Files.exists(file)) {
        write(file, teacher.draw(from, rows), origin);
      }
      samples.addAll(read(file, rows, origin));
    }
    return new TeacherPairs(samples);
  }

  private static void write(Path file, List<float[]> rows, Map<String, String> origin) {
    long[] shape = {rows.size(), rows.get(0).length};
    new SafetensorsWriter()
        .withChecksum()
        .notes(origin)
        .floats(SAMPLES, DType.F32, shape, () -> Rows.stack(rows))
        .write(file);
  }

  private static List<float[]> read(Path file, int rows, Map<String, String> origin) {
    try (var stored = SafetensorsFile.open(file)) {
      stored.requireIntact();
      var other = new TreeMap<>(origin);
      other.entrySet().removeIf(own -> own.getValue().equals(stored.metadata().get(own.getKey())));
      long count = stored.shape(SAMPLES)[0];
      if (!other.isEmpty() || count != rows) {
        throw new CheckpointException(
            file,
            "of another distillation (expected: "
                + (other.isEmpty() ? rows + " pairs" : other)
                + "; remove the folder to draw anew)");
      }
      return Rows.unstack(stored.read(SAMPLES), rows);
    }
  }
}
