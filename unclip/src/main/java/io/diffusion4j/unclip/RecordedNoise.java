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
 * The random draws that another framework made, replayed: a run can then be compared with that
 * framework's number by number.
 *
 * <p>A file holds the draws of a batch of N samples: {@code prior.init}, {@code prior.step0}, … for
 * each stage, embeddings as {@code [N, E]} and images as PyTorch has them, {@code [N, C, H, W]}.
 */
public final class RecordedNoise implements NoiseSource {
  private static final int IMAGE_RANK = 4;

  private final Path file;
  private final int row;

  private RecordedNoise(Path file, int row) {
    this.file = file;
    this.row = row;
  }

  /**
   * A source for each sample of the batch, in order.
   *
   * @throws CheckpointException if the file is not valid, or is not of a batch of this size
   */
  public static List<NoiseSource> of(Path file, int samples) {
    try (var noise = SafetensorsFile.open(file)) {
      List<String> problems = new ArrayList<>();
      for (String name : noise.names()) {
        long[] shape = noise.info(name).shape();
        if (shape.length < 2 || shape[0] != samples) {
          problems.add(name + ": " + Arrays.toString(shape) + " (expected: [" + samples + ", …])");
        }
      }
      if (!problems.isEmpty()) {
        throw new CheckpointException(file, "not the noise of " + samples + " samples", problems);
      }
    }
    return IntStream.range(0, samples)
        .<NoiseSource>mapToObj(row -> new RecordedNoise(file, row))
        .toList();
  }

  /**
   * A recorded draw.
   *
   * @throws CheckpointException if it was not recorded, or is of another size
   */
  @Override
  public float[] gaussian(String stage, int step, int size) {
    String name = stage + (step == INITIAL ? ".init" : ".step" + step);
    try (var noise = SafetensorsFile.open(file)) {
      if (!noise.contains(name)) {
        throw new CheckpointException(
            file,
            "no tensor " + name + " (expected: one of " + String.join(", ", noise.names()) + ")");
      }
      float[] all = noise.readFloats(name);
      long[] shape = noise.info(name).shape();
      if (all.length / shape[0] != size) {
        throw new CheckpointException(
            file, name + ": " + Arrays.toString(shape) + " (expected: " + size + " for each)");
      }
      float[] values = Arrays.copyOfRange(all, row * size, (row + 1) * size);
      return shape.length == IMAGE_RANK ? Channels.last(values, (int) shape[1]) : values;
    }
  }
}
