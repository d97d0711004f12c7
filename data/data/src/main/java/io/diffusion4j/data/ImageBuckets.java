package io.diffusion4j.data;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.stage.Pixels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The sizes of a training on pictures of several aspect ratios (buckets). Each picture is scaled to
 * fill the size whose aspect ratio is nearest to its own, and the rest is cut off.
 *
 * @param sizes the square first, then the others
 */
public record ImageBuckets(List<Pixels> sizes) {
  /** The largest ratio of the longer side to the square's. */
  private static final int MAX_STRETCH = 2;

  public ImageBuckets {
    sizes = List.copyOf(sizes);
    Check.that(!sizes.isEmpty(), "sizes", 0, "≥ 1");
  }

  /**
   * Returns sizes of at most the area of a square, whose sides are multiples of a step and at most
   * twice the square's.
   *
   * @param side the side of the square, a multiple of the step
   * @param step the step, in pixels
   */
  public static ImageBuckets of(int side, int step) {
    Check.that(
        step >= 1 && side % step == 0,
        "buckets",
        step,
        "a divisor of %s, the size of pictures",
        side);
    List<Pixels> sizes = new ArrayList<>(List.of(Pixels.square(side)));
    for (int longer = side + step; longer <= MAX_STRETCH * side; longer += step) {
      int shorter = side * side / longer / step * step;
      if (shorter > 0) {
        sizes.add(new Pixels(longer, shorter));
        sizes.add(new Pixels(shorter, longer));
      }
    }
    return new ImageBuckets(sizes);
  }

  /** Returns the index of the size with the nearest aspect ratio, by the ratio of both ratios. */
  int nearest(Pixels picture) {
    double wanted = aspect(picture);
    return sizes.indexOf(
        sizes.stream()
            .min(Comparator.comparingDouble(size -> Math.abs(aspect(size) - wanted)))
            .orElseThrow());
  }

  private static double aspect(Pixels size) {
    return StrictMath.log((double) size.width() / size.height());
  }

  /** Returns the index of the size of an image. */
  public int indexOf(Image image) {
    return sizes.indexOf(new Pixels(image.width(), image.height()));
  }
}
