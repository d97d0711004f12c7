package io.diffusion4j.emoji.scene;

import io.diffusion4j.emoji.art.Style;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * How often each kind of scene is drawn, and how scenes are varied.
 *
 * @param background probability that the background is not white
 * @param tint probability that everything is drawn in shades of one colour
 * @param styles at least one
 * @param oneStyle whether things are always drawn in the same style, the first that draws them and
 *     is not held out for them, in place of any
 * @param alike how many scenes in a row, in every other row, stand before one background, so that
 *     their captions are told apart by what they name; 0 for none
 * @param swapped whether every second scene is of the kind of the one before, and of two things it
 *     shows the same with their places exchanged, so that their captions are told apart by which
 *     stands where; where that one belongs to another split, any other two things
 */
public record SceneMix(
    Kinds kinds,
    double background,
    double tint,
    Set<Style> styles,
    boolean oneStyle,
    int alike,
    boolean swapped) {
  /**
   * Kinds of scene, which share one probability.
   *
   * @param centred one thing of middle size in the middle
   * @param varied one thing of about middle size, ± 25 %, anywhere
   * @param sized one thing, small or large, in the middle
   * @param several two to four of a kind
   * @param related two things, one left of or above the other
   */
  public record Kinds(double centred, double varied, double sized, double several, double related) {
    public Kinds {
      double sum = 0;
      for (double p : new double[] {centred, varied, sized, several, related}) {
        requireProbability(p);
        sum += p;
      }
      if (Math.abs(sum - 1) > 1e-9) {
        throw new IllegalArgumentException("kinds: sum " + sum + " (expected: 1)");
      }
    }

    double[] shares() {
      return new double[] {centred, varied, sized, several, related};
    }
  }

  public SceneMix {
    requireProbability(background);
    requireProbability(tint);
    if (alike < 0) {
      throw new IllegalArgumentException("alike: " + alike + " (expected: ≥ 0)");
    }
    if (styles.isEmpty()) {
      throw new IllegalArgumentException("styles: none (expected: at least one)");
    }
    styles = Collections.unmodifiableSet(EnumSet.copyOf(styles)); // iterates in the order of Style
  }

  private static void requireProbability(double p) {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("probability: " + p + " (expected: in [0, 1])");
    }
  }

  /**
   * The default: three fifths are one thing of one size in the middle, as random places multiply
   * what must be learned.
   */
  public static SceneMix mostlyCentred() {
    return of(new Kinds(0.60, 0, 0.12, 0.14, 0.14), 0.7);
  }

  /** A third of everything: for models with capacity to spare. */
  public static SceneMix mostlyVaried() {
    return of(new Kinds(0.25, 0.35, 0.15, 0.15, 0.10), 0.7);
  }

  /** One thing in the middle of white, nothing else. */
  public static SceneMix plain() {
    return of(new Kinds(1, 0, 0, 0, 0), 0);
  }

  private static SceneMix of(Kinds kinds, double background) {
    return new SceneMix(kinds, background, 0, EnumSet.allOf(Style.class), false, 0, false);
  }

  public SceneMix withTint(double probability) {
    return new SceneMix(kinds, background, probability, styles, oneStyle, alike, swapped);
  }

  public SceneMix withStyles(Set<Style> allowed) {
    return new SceneMix(kinds, background, tint, allowed, false, alike, swapped);
  }

  /**
   * Things in one of these styles each, always the same, so that there is one drawing to be learned
   * of a thing: the first, in the order of {@link Style}, that draws it and is not held out for it.
   */
  public SceneMix withOneStyleOf(Set<Style> allowed) {
    return new SceneMix(kinds, background, tint, allowed, true, alike, swapped);
  }

  /** In every other row of so many scenes, all before one background: hard to tell apart. */
  public SceneMix withRowsAlike(int scenes) {
    return new SceneMix(kinds, background, tint, styles, oneStyle, scenes, swapped);
  }

  /** Scenes in twos of a kind; of two things, with their places exchanged in the second. */
  public SceneMix withSwaps() {
    return new SceneMix(kinds, background, tint, styles, oneStyle, alike, true);
  }

  /** Two things with this probability; the other kinds share the rest as before. */
  public SceneMix withRelated(double probability) {
    if (!(probability >= 0 && probability <= 1) || kinds.related == 1) {
      throw new IllegalArgumentException("related: " + probability + " (expected: in [0, 1])");
    }
    double scale = (1 - probability) / (1 - kinds.related);
    var scaled =
        new Kinds(
            kinds.centred * scale,
            kinds.varied * scale,
            kinds.sized * scale,
            kinds.several * scale,
            probability);
    return new SceneMix(scaled, background, tint, styles, oneStyle, alike, swapped);
  }
}
