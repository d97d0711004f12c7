package io.diffusion4j.unclip;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.SafetensorsFile;
import io.diffusion4j.diffusion.noise.NoiseSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Replays the random draws of another framework, so that both runs can be compared number by
 * number.
 *
 * <p>A file holds the draws of a batch of N samples: {@code prior.init}, {@code prior.step0}, … for
 * each stage, embeddings as {@code [N, E]} and images in PyTorch's layout, {@code [N, C, H, W]}.
 * Where a stage also draws for negative texts, their rows come after the N.
 */
public final class RecordedNoise implements NoiseSource {
  private static final int IMAGE_RANK = 4;

  /** Suffix of the name of a stage that also draws for negative texts. */
  private static final String NEGATIVE = "/negative";

  private final Path file;
  private final int row;
  private final int samples;

  private RecordedNoise(Path file, int row, int samples) {
    this.file = file;
    this.row = row;
    this.samples = samples;
  }

  /**
   * Returns a source for each sample of the batch, in order.
   *
   * @throws CheckpointException if the file is not valid, or is not of a batch of this size
   */
  public static List<NoiseSource> of(Path file, int samples) {
    try (var noise = SafetensorsFile.open(file)) {
      List<String> problems = new ArrayList<>();
      for (String name : noise.names()) {
        long[] shape = noise.info(name).shape();
        if (shape.length < 2 || (shape[0] != samples && shape[0] != 2L * samples)) {
          problems.add(name + ": " + Arrays.toString(shape) + " (expected: [" + samples + ", …])");
        }
      }
      if (!problems.isEmpty()) {
        throw new CheckpointException(file, "not the noise of " + samples + " samples", problems);
      }
    }
    return IntStream.range(0, samples)
        .<NoiseSource>mapToObj(row -> new RecordedNoise(file, row, samples))
        .toList();
  }

  /**
   * Returns a recorded draw.
   *
   * @throws CheckpointException if it was not recorded, or has another size
   */
  @Override
  public float[] gaussian(String stage, int step, int size) {
    boolean ofNegative = stage.endsWith(NEGATIVE);
    String drawn = ofNegative ? stage.substring(0, stage.length() - NEGATIVE.length()) : stage;
    String name = drawn + (step == INITIAL ? ".init" : ".step" + step);
    try (var noise = SafetensorsFile.open(file)) {
      if (!noise.contains(name)) {
        throw new CheckpointException(
            file,
            "no tensor " + name + " (expected: one of " + String.join(", ", noise.names()) + ")");
      }
      float[] all = noise.read(name);
      long[] shape = noise.info(name).shape();
      if (all.length / shape[0] != size) {
        throw new CheckpointException(
            file, name + ": " + Arrays.toString(shape) + " (expected: " + size + " for each)");
      }
      int at = ofNegative ? samples + row : row;
      if (at >= shape[0]) {
        throw new CheckpointException(
            file,
            name
                + ": "
                + shape[0]
                + " rows (expected: "
                + 2 * samples
                + ", half of them for"
                + " negative texts)");
      }
      float[] values = Arrays.copyOfRange(all, at * size, (at + 1) * size);
      return shape.length == IMAGE_RANK ? Channels.last(values, (int) shape[1]) : values;
    }
  }
}
