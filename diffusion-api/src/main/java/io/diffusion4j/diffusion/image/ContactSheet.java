package io.diffusion4j.diffusion.image;

import java.util.Arrays;
import java.util.List;

/** Images of one size side by side on white. */
public final class ContactSheet {
  private static final float WHITE = 1;

  private ContactSheet() {}

  /**
   * Lays images out in a sheet with as many columns as rows, or one more.
   *
   * @param images the images, at least one, all of one size
   * @throws IllegalArgumentException if there are none, or they differ in size
   */
  public static Image of(List<Image> images) {
    return of(images, (int) Math.ceil(Math.sqrt(images.size())));
  }

  /**
   * Lays images out in rows, from left to right and top to bottom.
   *
   * @param images the images, at least one, all of one size
   * @param columns how many are in a row, at least 1
   * @throws IllegalArgumentException if there are none, or they differ in size
   */
  public static Image of(List<Image> images, int columns) {
    if (images.isEmpty() || columns < 1) {
      throw new IllegalArgumentException(
          "images, columns: %d, %d (expected: ≥ 1)".formatted(images.size(), columns));
    }
    int width = images.get(0).width();
    int height = images.get(0).height();
    int across = Math.min(columns, images.size());
    int rows = (images.size() + across - 1) / across;
    float[] sheet = new float[3 * across * width * rows * height];
    Arrays.fill(sheet, WHITE);
    for (int i = 0; i < images.size(); i++) {
      Image image = images.get(i);
      image.requireSize("images", width, height, ", as the first");
      int corner = i / across * height * across * width + i % across * width;
      for (int y = 0; y < height; y++) {
        System.arraycopy(
            image.pixels(), 3 * y * width, sheet, 3 * (corner + y * across * width), 3 * width);
      }
    }
    return new Image(across * width, rows * height, sheet);
  }
}
