package io.diffusion4j.provenance.watermark;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Rgb8;

/** Embeds and detects the watermark of a key. Instances can be used by several threads. */
public final class Watermark {
  /** The least side of a picture that can be marked, in pixels. */
  public static final int SMALLEST = Tile.SIDE;

  /** The least side of a picture in which a mark can be found, such as of a cropped one. */
  private static final int SMALLEST_FOUND = 48;

  private final byte[] signs;

  /** Creates the watermark of a key. */
  public Watermark(WatermarkKey key) {
    this.signs = key.signs(Tile.coefficients());
  }

  /** Whether a picture is large enough to contain a watermark. */
  public static boolean fits(Image image) {
    return Math.min(image.width(), image.height()) >= SMALLEST_FOUND;
  }

  /**
   * Returns the marked picture, in 8 bits.
   *
   * @throws IllegalArgumentException if a side has fewer than {@value #SMALLEST} pixels
   */
  public Image embed(Image image) {
    Check.that(
        Math.min(image.width(), image.height()) >= SMALLEST,
        "watermark",
        "for " + image.width() + "×" + image.height() + " pixels",
        "at least %s×%s",
        SMALLEST,
        SMALLEST);
    return new Embedding(Rgb8.of(image), signs).marked().toImage();
  }

  /** Searches a picture for the watermark, at every shift. */
  public Detection detect(Image image) {
    double[] coefficients = Tile.transform(Tile.fold(Rgb8.of(image)));
    int most = 0;
    for (int dy = 0; dy < Tile.SIDE; dy++) {
      for (int dx = 0; dx < Tile.SIDE; dx++) {
        most = Math.max(most, Tile.agreeing(coefficients, signs, dx, dy));
      }
    }
    double chance = Tile.SIDE * Tile.SIDE * FairCoins.atLeast(most, signs.length);
    return new Detection((double) most / signs.length, Math.min(1, chance));
  }
}
