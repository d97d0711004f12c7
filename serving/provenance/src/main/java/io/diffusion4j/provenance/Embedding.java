package io.diffusion4j.provenance;

import io.diffusion4j.diffusion.image.Rgb8;
import java.util.Arrays;

/**
 * A picture while a mark is embedded: the original, and the patterns that are added to it. One
 * pattern is added to all pixels, the other to those that stay below white in a brighter picture.
 * Owned by one thread.
 */
final class Embedding {
  /** The share of the coefficients that are moved to the secret side, the cheapest ones. */
  private static final double MOVED = 0.85;

  /** The distance of a moved coefficient beyond 0, in the units of {@link LocalContrast}. */
  private static final double MARGIN = 2;

  /** Clipping and rounding undo a part of each change. */
  private static final int ROUNDS = 4;

  /** The factor of the levels that clips a light background, which then carries no mark. */
  private static final double BRIGHTER = 1.1;

  /** The share of equal signs that a brighter picture keeps; the bound needs 0.634. */
  private static final double KEPT = 0.7;

  /**
   * The counterpart of {@link #MOVED} for a brighter picture, where fewer coefficients are
   * sufficient and cheaper.
   */
  private static final double MOVED_OF_BRIGHTER = 0.75;

  /** The additional distance beyond 0 in each round, until {@link #KEPT} is reached. */
  private static final double MARGIN_OF_ROUND = 0.1;

  private static final int MAX_ROUNDS = 10;

  /** The smallest share of pixels below white for which they are changed more. */
  private static final double MIN_SHARE = 0.2;

  private static final int WHITE = 255;

  private final Rgb8 original;
  private final byte[] signs;
  private final double[] everywhere = new double[Tile.SIDE * Tile.SIDE];
  private final double[] belowWhite = new double[Tile.SIDE * Tile.SIDE];
  private final boolean[] isBelowWhite;
  private final double share;

  /** Creates a picture without a mark yet. */
  Embedding(Rgb8 original, byte[] signs) {
    this.original = original;
    this.signs = signs;
    double[] levels = LocalContrast.levels(original);
    isBelowWhite = new boolean[levels.length];
    int count = 0;
    for (int i = 0; i < levels.length; i++) {
      isBelowWhite[i] = BRIGHTER * levels[i] <= WHITE;
      count += isBelowWhite[i] ? 1 : 0;
    }
    share = Math.max(MIN_SHARE, (double) count / levels.length);
  }

  /** Returns the marked picture. */
  Rgb8 marked() {
    Rgb8 marked = original;
    boolean[] chosen = cheapest(coefficients(original), MARGIN, MOVED);
    for (int round = 0; round < ROUNDS; round++) {
      add(everywhere, coefficients(marked), chosen, MARGIN, 1);
      marked = withPatterns();
    }
    boolean[] chosenOfBrighter = null;
    for (int round = 1; round <= MAX_ROUNDS; round++) {
      double[] now = coefficients(brighter(marked));
      if (Tile.agreeing(now, signs, 0, 0) >= KEPT * signs.length) {
        break;
      }
      if (chosenOfBrighter == null) {
        chosenOfBrighter = cheapest(coefficients(brighter(original)), MARGIN, MOVED_OF_BRIGHTER);
      }
      add(belowWhite, now, chosenOfBrighter, round * MARGIN_OF_ROUND, 1 / share);
      marked = withPatterns();
    }
    return marked;
  }

  private static double[] coefficients(Rgb8 image) {
    return Tile.transform(Tile.fold(image));
  }

  private static Rgb8 brighter(Rgb8 image) {
    byte[] pixels = image.pixels().clone();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) Math.min(WHITE, Math.round(BRIGHTER * (pixels[i] & 0xff)));
    }
    return new Rgb8(image.width(), image.height(), pixels);
  }

  /** Returns the distance of a coefficient from the margin on the secret side. */
  private double missing(double[] coefficients, int k, double margin) {
    return Math.max(0, margin - signs[k] * coefficients[k]);
  }

  private boolean[] cheapest(double[] coefficients, double margin, double moved) {
    double[] costs = new double[coefficients.length];
    for (int k = 0; k < costs.length; k++) {
      costs[k] = missing(coefficients, k, margin);
    }
    double[] sorted = costs.clone();
    Arrays.sort(sorted);
    double most = sorted[(int) (moved * (sorted.length - 1))];
    boolean[] chosen = new boolean[costs.length];
    for (int k = 0; k < costs.length; k++) {
      chosen[k] = costs[k] <= most;
    }
    return chosen;
  }

  /** Adds to a pattern the missing distance of the chosen coefficients. */
  private void add(double[] pattern, double[] now, boolean[] chosen, double margin, double factor) {
    double[] change = new double[now.length];
    for (int k = 0; k < now.length; k++) {
      change[k] = chosen[k] ? factor * signs[k] * missing(now, k, margin) : 0;
    }
    double[] more = Tile.inverse(change);
    for (int i = 0; i < pattern.length; i++) {
      pattern[i] += more[i];
    }
  }

  /** Returns the original with the patterns added to each of its tiles, in all channels. */
  private Rgb8 withPatterns() {
    byte[] pixels = original.pixels().clone();
    for (int y = 0; y < original.height(); y++) {
      for (int x = 0; x < original.width(); x++) {
        int pixel = y * original.width() + x;
        int inTile = y % Tile.SIDE * Tile.SIDE + x % Tile.SIDE;
        double more = everywhere[inTile] + (isBelowWhite[pixel] ? belowWhite[inTile] : 0);
        for (int i = 3 * pixel; i < 3 * pixel + 3; i++) {
          long level = Math.round((pixels[i] & 0xff) + more);
          pixels[i] = (byte) Math.max(0, Math.min(WHITE, level));
        }
      }
    }
    return new Rgb8(original.width(), original.height(), pixels);
  }
}
