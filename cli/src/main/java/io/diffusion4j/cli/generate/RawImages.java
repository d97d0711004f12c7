package io.diffusion4j.cli.generate;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.diffusion.image.Image;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes images as they were drawn, before any rounding: the tensor {@code image}, {@code [N, H, W,
 * C]} float32 in [0, 1], as the published pipelines return it.
 */
final class RawImages {
  private RawImages() {}

  /** Writes images, at least one and all of one size. */
  static void write(Path file, List<Image> images) {
    Image first = images.get(0);
    int size = first.pixels().length;
    float[] values = new float[images.size() * size];
    for (int n = 0; n < images.size(); n++) {
      float[] pixels = images.get(n).pixels();
      for (int i = 0; i < size; i++) {
        values[n * size + i] = Math.max(0, Math.min(1, pixels[i] * 0.5f + 0.5f));
      }
    }
    long[] shape = {images.size(), first.height(), first.width(), 3};
    new SafetensorsWriter().floats("image", DType.F32, shape, () -> values).write(file);
  }
}
