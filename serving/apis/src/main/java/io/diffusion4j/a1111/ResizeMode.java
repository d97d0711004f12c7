package io.diffusion4j.a1111;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.serving.http.JsonFields;
import java.util.List;

/**
 * The way to bring a picture of another shape to the drawn size. The web UI's fourth mode, which
 * enlarges in latent space, has no counterpart in pixels.
 */
enum ResizeMode {
  /** Stretches the picture ("just resize"). */
  STRETCH,
  /** Covers the size and cuts off the parts that exceed it on both sides ("crop and resize"). */
  CROP,
  /** Fits into the size and repeats the pixels of the edge around it ("resize and fill"). */
  FILL;

  private static final List<ResizeMode> NUMBERED = List.of(STRETCH, CROP, FILL);

  /** Returns the mode that a request chooses, by the web UI's number. */
  static ResizeMode of(JsonFields fields) {
    return NUMBERED.get(fields.integer("resize_mode", 0, NUMBERED.size() - 1).orElse(0));
  }

  /**
   * Returns the picture in this size. No picture on the way has more pixels than the larger of the
   * two, however long and thin they are.
   */
  Image apply(Image image, int width, int height) {
    boolean narrow = (long) image.width() * height < (long) width * image.height();
    return switch (this) {
      case STRETCH -> resized(image, width, height);
      case CROP ->
          resized(
              narrow
                  ? middle(image, image.width(), scaled(height, image.width(), width))
                  : middle(image, scaled(width, image.height(), height), image.height()),
              width,
              height);
      case FILL ->
          middle(
              narrow
                  ? resized(image, scaled(image.width(), height, image.height()), height)
                  : resized(image, width, scaled(image.height(), width, image.width())),
              width,
              height);
    };
  }

  /** Returns a side in proportion: {@code side · to / from}, rounded, at least 1. */
  private static int scaled(int side, int to, int from) {
    return (int) Math.max(1, Math.round((double) side * to / from));
  }

  private static Image resized(Image image, int width, int height) {
    if (image.width() == width && image.height() == height) {
      return image;
    }
    // The rows are widened first, of which a tall picture has many.
    boolean rowsGrow = image.width() < width && image.height() > height;
    Image lower = rowsGrow ? Resize.bicubic(image, image.width(), height) : image;
    return Resize.bicubic(lower, width, height);
  }

  /** Returns the middle; where the picture is smaller, its edge is repeated. */
  private static Image middle(Image image, int width, int height) {
    float[] pixels = new float[3 * width * height];
    int left = Math.floorDiv(image.width() - width, 2);
    int top = Math.floorDiv(image.height() - height, 2);
    for (int y = 0; y < height; y++) {
      int row = Math.min(Math.max(top + y, 0), image.height() - 1);
      for (int x = 0; x < width; x++) {
        int column = Math.min(Math.max(left + x, 0), image.width() - 1);
        int from = 3 * (row * image.width() + column);
        System.arraycopy(image.pixels(), from, pixels, 3 * (y * width + x), 3);
      }
    }
    return new Image(width, height, pixels);
  }
}
