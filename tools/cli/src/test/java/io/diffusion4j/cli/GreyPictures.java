package io.diffusion4j.cli;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** Captioned pictures of one level each. */
final class GreyPictures {
  /** Height and width. */
  static final int SIZE = 16;

  /** The pictures that {@link #write(Path)} writes, one of each quarter from −1 to 1. */
  static final int COUNT = 9;

  private GreyPictures() {}

  static void write(Path folder) throws IOException {
    for (int i = 0; i < COUNT; i++) {
      write(folder, i, (i - 4) / 4f);
    }
  }

  static void write(Path folder, int number, float level) throws IOException {
    float[] pixels = new float[SIZE * SIZE * 3];
    Arrays.fill(pixels, level);
    Image image = new Image(SIZE, SIZE, pixels);
    Files.write(folder.resolve(number + ".png"), Png.encode(image, Map.of()));
    Files.writeString(folder.resolve(number + ".txt"), "picture " + number + "\n");
  }
}
