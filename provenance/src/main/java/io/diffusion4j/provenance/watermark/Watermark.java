package io.diffusion4j.provenance.watermark;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Rgb8;
import java.util.Arrays;

/** Embeds and detects the watermark of a key. Instances can be used by several threads. */
public final class Watermark {
  /** The least side of a picture that can be marked, in pixels. */
  public static final int SMALLEST = Tile.SIDE;

  /** The least side of a picture in which a mark can be found: of a marked one, cropped. */
  private static final int SMALLEST_FOUND = 48;

  /** The share of the coefficients that are moved to the secret side, the cheapest ones. */
  private static final double MOVED = 0.85;

  /** How far beyond 0 a moved coefficient lies, in the units of {@link Details}. */
  private static final double MARGIN = 2;

  /** Clipping and rounding undo a part of each change. */
  private static final int ROUNDS = 4;

  private final byte[] signs;

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
    Rgb8 original = Rgb8.of(image);
    Rgb8 marked = original;
    double[] pattern = new double[Tile.SIDE * Tile.SIDE];
    boolean[] chosen = cheapest(Tile.transform(Tile.fold(original)));
    for (int round = 0; round < ROUNDS; round++) {
      double[] now = Tile.transform(Tile.fold(marked));
      double[] change = new double[now.length];
      for (int k = 0; k < now.length; k++) {
        change[k] = chosen[k] ? signs[k] * missing(now, k) : 0;
      }
      double[] more = Tile.inverse(change);
      for (int i = 0; i < pattern.length; i++) {
        pattern[i] += more[i];
      }
      marked = added(original, pattern);
    }
    return marked.toImage();
  }

  /** Returns how far a coefficient is from the margin on the secret side. */
  private double missing(double[] coefficients, int k) {
    return Math.max(0, MARGIN - signs[k] * coefficients[k]);
  }

  private boolean[] cheapest(double[] coefficients) {
    double[] costs = new double[coefficients.length];
    for (int k = 0; k < costs.length; k++) {
      costs[k] = missing(coefficients, k);
    }
    double[] sorted = costs.clone();
    Arrays.sort(sorted);
    double most = sorted[(int) (MOVED * (sorted.length - 1))];
    boolean[] chosen = new boolean[costs.length];
    for (int k = 0; k < costs.length; k++) {
      chosen[k] = costs[k] <= most;
    }
    return chosen;
  }

  /** Returns a picture with a pattern added to each of its tiles, in all channels. */
  private static Rgb8 added(Rgb8 image, double[] pattern) {
    byte[] pixels = image.pixels().clone();
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        double more = pattern[y % Tile.SIDE * Tile.SIDE + x % Tile.SIDE];
        int at = 3 * (y * image.width() + x);
        for (int i = at; i < at + 3; i++) {
          long level = Math.round((pixels[i] & 0xff) + more);
          pixels[i] = (byte) Math.max(0, Math.min(255, level));
        }
      }
    }
    return new Rgb8(image.width(), image.height(), pixels);
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
