package io.diffusion4j.unclip;

import io.diffusion4j.diffusion.NoiseSource;
import io.diffusion4j.tf.checkpoint.SafetensorsFile;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The draws that a pipeline of the reference made, replayed.
 *
 * @param file with a tensor for each stage and step, images as {@code [N, C, H, W]}
 * @param image which of the N
 */
record RecordedNoise(Path file, int image) implements NoiseSource {
  private static final int CHANNELS = 3;

  /** One source for each image of the batch. */
  static List<NoiseSource> of(Path file, int images) {
    return IntStream.range(0, images)
        .<NoiseSource>mapToObj(image -> new RecordedNoise(file, image))
        .toList();
  }

  @Override
  public float[] gaussian(String stage, int step, int size) {
    String name = stage + (step == INITIAL ? ".init" : ".step" + step);
    try (var noise = SafetensorsFile.open(file)) {
      float[] all = noise.readFloats(name);
      boolean isImage = noise.info(name).shape().length == 4;
      int pixels = size / CHANNELS;
      float[] row = new float[size];
      for (int i = 0; i < size; i++) {
        int at = isImage ? i % CHANNELS * pixels + i / CHANNELS : i;
        row[i] = all[image * size + at];
      }
      return row;
    }
  }
}
