package io.diffusion4j.emoji.scene;

import io.diffusion4j.emoji.art.Style;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * The frequency of each kind of scene, and the variation of scenes.
 *
 * @param background probability that the background is not white
 * @param tint probability that everything is in shades of one colour
 * @param styles the styles, at least one
 * @param oneStyle whether a thing always has the same style, the first one that has it and is not
 *     held out for it; otherwise any style
 * @param alike length of the runs of scenes with one background, in every other run, so that their
 *     captions differ in the things they name; 0 for no runs
 * @param swapped whether every second scene differs from the scene before in one respect: it shows
 *     the same two things exchanged, or the same thing in another style. If there is no such scene
 *     in the split, it shows other things of the same kind
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
   * The kinds of scene; their probabilities add up to 1.
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
   * Returns the default: three fifths are one thing of one size in the middle, because random
   * positions make the task much larger.
   */
  public static SceneMix mostlyCentred() {
    return of(new Kinds(0.60, 0, 0.12, 0.14, 0.14), 0.7);
  }

  /** Returns equal shares of all kinds, for models with enough capacity. */
  public static SceneMix mostlyVaried() {
    return of(new Kinds(0.25, 0.35, 0.15, 0.15, 0.10), 0.7);
  }

  /** Returns a mix of only single things in the middle of white. */
  public static SceneMix plain() {
    return of(new Kinds(1, 0, 0, 0, 0), 0);
  }

  private static SceneMix of(Kinds kinds, double background) {
    return new SceneMix(kinds, background, 0, EnumSet.allOf(Style.class), false, 0, false);
  }

  /**
   * Returns the mix with two thirds of its scenes showing several things, which are small. They are
   * learned last, and most scenes of {@link #mostlyCentred()} do not show any.
   */
  public SceneMix crowded() {
    return withKinds(new Kinds(0.25, 0, 0.10, 0.30, 0.35));
  }

  /**
   * Returns the mix with one thing in seven of eight scenes. What a thing looks like is learned
   * from single things, which have the most pixels.
   */
  public SceneMix single() {
    return withKinds(new Kinds(0.80, 0, 0.06, 0.06, 0.08));
  }

  private SceneMix withKinds(Kinds others) {
    return new SceneMix(others, background, tint, styles, oneStyle, alike, swapped);
  }

  /** Returns the mix with another probability of a tint. */
  public SceneMix withTint(double probability) {
    return new SceneMix(kinds, background, probability, styles, oneStyle, alike, swapped);
  }

  /** Returns the mix with other styles. */
  public SceneMix withStyles(Set<Style> allowed) {
    return new SceneMix(kinds, background, tint, allowed, false, alike, swapped);
  }

  /**
   * Returns the mix with one fixed style per thing, so that there is one drawing of each to learn:
   * the first style, in the order of {@link Style}, that has the thing and is not held out for it.
   */
  public SceneMix withOneStyleOf(Set<Style> allowed) {
    return new SceneMix(kinds, background, tint, allowed, true, alike, swapped);
  }

  /**
   * Returns the mix with one background in every other run of this many scenes, which makes them
   * hard to distinguish.
   */
  public SceneMix withRowsAlike(int scenes) {
    return new SceneMix(kinds, background, tint, styles, oneStyle, scenes, swapped);
  }

  /**
   * Returns the mix with pairs of scenes: the second one exchanges the two things of the first, or
   * shows its thing in another style.
   */
  public SceneMix withSwaps() {
    return new SceneMix(kinds, background, tint, styles, oneStyle, alike, true);
  }

  /**
   * Returns the mix with two things at this probability; the other kinds share the rest in the same
   * proportions.
   */
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
    return withKinds(scaled);
  }
}
