package io.diffusion4j.training;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsFile;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.nn.train.group.OwnFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The samples that a student learns from, by number, in files of parts; an interrupted run goes on
 * with the next part. Noise is not stored: it follows from the seed and the number. Each process of
 * a group makes parts of its own and gives them to the others.
 */
final class StoredSamples {
  private static final int PART = 64;
  private static final String SAMPLES = "samples";

  private final Path folder;
  private final int count;
  private final int rowSize;
  private final Origin origin;

  private StoredSamples(Path folder, int count, int rowSize, Origin origin) {
    this.folder = folder;
    this.count = count;
    this.rowSize = rowSize;
    this.origin = origin;
  }

  /** Makes samples by their numbers. */
  @FunctionalInterface
  interface Source {
    /** Returns {@code count} samples from number {@code from}. */
    List<float[]> samples(int from, int count);
  }

  /** Names what samples depend on. */
  @FunctionalInterface
  interface Origin {
    /** Returns the origin of {@code count} samples from number {@code from}, by name. */
    Map<String, String> of(int from, int count);
  }

  /**
   * Reads the stored parts and makes the missing ones.
   *
   * @param folder is created if it does not exist
   * @param rowSize the number of values of a sample
   * @param origin what the samples depend on
   * @throws CheckpointException if the stored parts have another origin
   */
  static List<float[]> of(
      Path folder, int count, int rowSize, Origin origin, Group group, Source source) {
    return new StoredSamples(folder, count, rowSize, origin).complete(group, source);
  }

  private List<float[]> complete(Group group, Source source) {
    Components.made(folder);
    boolean writes = OwnFolder.writes(group, folder);
    Map<Integer, List<float[]>> parts = new TreeMap<>();
    for (int part = 0; part * PART < count; part++) {
      if (Files.exists(file(part))) {
        parts.put(part, read(part));
      }
    }
    List<Integer> missing =
        IntStream.range(0, (count + PART - 1) / PART)
            .filter(part -> group.any(!parts.containsKey(part)))
            .boxed()
            .toList();
    for (int first = 0; first < missing.size(); first += group.size()) {
      List<Integer> round = missing.subList(first, Math.min(first + group.size(), missing.size()));
      List<float[]> own =
          group.rank() < round.size()
              ? parts.computeIfAbsent(
                  round.get(group.rank()), part -> source.samples(part * PART, rows(part)))
              : List.of();
      for (int process = 0; process < round.size(); process++) {
        int part = round.get(process);
        float[] values =
            process == group.rank() ? Rows.stack(own) : new float[rows(part) * rowSize];
        group.broadcast(values, process);
        parts.put(part, Rows.unstack(values, rows(part)));
        if (writes && !Files.exists(file(part))) {
          write(part, values);
        }
      }
    }
    return parts.values().stream().flatMap(List::stream).toList();
  }

  private Path file(int part) {
    return folder.resolve(String.format(Locale.ROOT, "pairs-%05d.safetensors", part * PART));
  }

  private int rows(int part) {
    return Math.min(PART, count - part * PART);
  }

  private void write(int part, float[] values) {
    long[] shape = {rows(part), rowSize};
    new SafetensorsWriter()
        .withChecksum()
        .notes(origin.of(part * PART, rows(part)))
        .floats(SAMPLES, DType.F32, shape, () -> values)
        .write(file(part));
  }

  private List<float[]> read(int part) {
    Path file = file(part);
    try (var stored = SafetensorsFile.open(file)) {
      stored.requireIntact();
      var other = new TreeMap<>(origin.of(part * PART, rows(part)));
      other.entrySet().removeIf(own -> own.getValue().equals(stored.metadata().get(own.getKey())));
      long rows = stored.shape(SAMPLES)[0];
      if (!other.isEmpty() || rows != rows(part)) {
        throw new CheckpointException(
            file,
            "of another distillation (expected: "
                + (other.isEmpty() ? rows(part) + " pairs" : other)
                + "; remove the folder to draw anew)");
      }
      return Rows.unstack(stored.read(SAMPLES), rows(part));
    }
  }
}
