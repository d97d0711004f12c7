package io.diffusion4j.provenance;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Rgb8;

/**
 * An invisible watermark in the pixels, and its detector with an exact rate of false positives.
 *
 * <p>It is a spread-spectrum mark (Cox et al. 1997) of one bit, embedded with knowledge of the
 * picture (Miller et al. 2004). The brightness is folded into one tile of 64×64; middle frequencies
 * of the tile carry a secret pattern of signs, and the embedder moves those coefficients that are
 * cheap to move to the secret side. The detector counts equal signs, at each of the 4,096 shifts of
 * the tile, because cropping shifts it. For a picture that does not depend on the key, each sign
 * agrees with probability ½ independently of the others, so the count is binomial and its tail,
 * times the number of shifts, bounds the probability of a false alarm.
 *
 * <p>It survives recompression, cropping, changes of brightness, and scaling that is undone. It
 * does not survive rotation, mirroring, or another size; and anybody with the key can remove it.
 * Instances can be used by several threads.
 */
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
    double chance = Tile.SIDE * Tile.SIDE * BinomialTail.atLeast(most, signs.length);
    return new Detection((double) most / signs.length, Math.min(1, chance));
  }

  /** The tail of the binomial distribution with probability ½. */
  static final class BinomialTail {
    private BinomialTail() {}

    /** Returns the probability of at least this many heads among {@code coins} tosses. */
    static double atLeast(int heads, int coins) {
      double log = -coins * Math.log(2); // of the probability of 0 heads
      double sum = 0;
      for (int k = 0; k <= coins; k++) {
        if (k >= heads) {
          sum += Math.exp(log);
        }
        log += Math.log(coins - k) - Math.log(k + 1.0);
      }
      return Math.min(1, sum);
    }
  }
}
