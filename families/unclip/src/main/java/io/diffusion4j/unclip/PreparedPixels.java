package io.diffusion4j.unclip;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.SafetensorsFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Images in the form that an image encoder reads, prepared by another framework. With them,
 * variations of both frameworks can be compared without differences from resizing.
 *
 * @param height the height in pixels
 * @param width the width in pixels
 * @param images normalised pixels, {@code [height, width, 3]} each
 */
public record PreparedPixels(int height, int width, List<float[]> images) {
  private static final String NAME = "pixel_values";
  private static final int CHANNELS = 3;

  public PreparedPixels {
    images = List.copyOf(images);
  }

  /**
   * Reads the tensor {@code pixel_values}, {@code [N, 3, H, W]}, or the tensor whose name ends in
   * {@code .pixel_values}.
   *
   * @throws CheckpointException if there is none, or it has another shape
   */
  public static PreparedPixels read(Path file) {
    try (var source = SafetensorsFile.open(file)) {
      String name =
          source.names().stream()
              .filter(n -> n.equals(NAME) || n.endsWith("." + NAME))
              .findFirst()
              .orElseThrow(() -> new CheckpointException(file, "no tensor " + NAME));
      long[] shape = source.info(name).shape();
      if (shape.length != 4 || shape[0] < 1 || shape[1] != CHANNELS) {
        throw new CheckpointException(
            file, name + ": " + Arrays.toString(shape) + " (expected: [N, 3, H, W])");
      }
      float[] all = source.read(name);
      int size = all.length / (int) shape[0];
      List<float[]> images = new ArrayList<>();
      for (int n = 0; n < shape[0]; n++) {
        images.add(Channels.last(Arrays.copyOfRange(all, n * size, (n + 1) * size), CHANNELS));
      }
      return new PreparedPixels((int) shape[2], (int) shape[3], images);
    }
  }
}
