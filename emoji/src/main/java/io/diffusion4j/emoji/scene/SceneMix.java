package io.diffusion4j.emoji.scene;

import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.emoji.art.Style;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * How often each kind of scene is drawn. The five kinds share one probability:
 *
 * @param centred one thing of middle size in the middle
 * @param varied one thing of about middle size, ± 25 %, anywhere
 * @param sized one thing, small or large, in the middle
 * @param several two to four of a kind
 * @param related two things, one left of or above the other
 * @param background probability that the background is one of {@code backgrounds}, else white
 * @param tint probability that everything is drawn in shades of one colour
 * @param backgrounds at least one
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
    double centred,
    double varied,
    double sized,
    double several,
    double related,
    double background,
    double tint,
    List<NamedColor> backgrounds,
    Set<Style> styles,
    boolean oneStyle,
    int alike,
    boolean swapped) {
  private static final ByName<Supplier<SceneMix>> PRESETS =
      new ByName<>(
          "sceneMix",
          Map.of(
              "centred", SceneMix::mostlyCentred,
              "plain", SceneMix::plain,
              "varied", SceneMix::mostlyVaried));

  public SceneMix {
    double sum = 0;
    for (double p : new double[] {centred, varied, sized, several, related, background, tint}) {
      if (!(p >= 0 && p <= 1)) {
        throw new IllegalArgumentException("probability: " + p + " (expected: in [0, 1])");
      }
      sum += p;
    }
    sum -= background + tint;
    if (Math.abs(sum - 1) > 1e-9) {
      throw new IllegalArgumentException("kinds: sum " + sum + " (expected: 1)");
    }
    if (alike < 0) {
      throw new IllegalArgumentException("alike: " + alike + " (expected: ≥ 0)");
    }
    backgrounds = List.copyOf(backgrounds);
    if (backgrounds.isEmpty() || styles.isEmpty()) {
      throw new IllegalArgumentException(
          "backgrounds: %s, styles: %s (expected: at least one each)"
              .formatted(backgrounds, styles));
    }
    styles = Collections.unmodifiableSet(EnumSet.copyOf(styles)); // iterates in the order of Style
  }

  /**
   * The default: three fifths are one thing of one size in the middle, as random places multiply
   * what must be learned.
   */
  public static SceneMix mostlyCentred() {
    return kinds(0.60, 0, 0.12, 0.14, 0.14);
  }

  /** A third of everything: for models with capacity to spare. */
  public static SceneMix mostlyVaried() {
    return kinds(0.25, 0.35, 0.15, 0.15, 0.10);
  }

  /** One thing in the middle of white, nothing else. */
  public static SceneMix plain() {
    return kinds(1, 0, 0, 0, 0).withBackground(0);
  }

  /**
   * A preset by name.
   *
   * @throws IllegalArgumentException naming the known presets if there is no such preset
   */
  public static SceneMix named(String preset) {
    return PRESETS.named(preset).get();
  }

  private static SceneMix kinds(
      double centred, double varied, double sized, double several, double related) {
    List<NamedColor> named =
        List.of(NamedColor.values()).stream().filter(c -> c != NamedColor.WHITE).toList();
    return new SceneMix(
        centred,
        varied,
        sized,
        several,
        related,
        0.7,
        0,
        named,
        EnumSet.allOf(Style.class),
        false,
        0,
        false);
  }

  public SceneMix withBackground(double probability) {
    return with(probability, tint, backgrounds, styles, oneStyle, alike, swapped);
  }

  public SceneMix withTint(double probability) {
    return with(background, probability, backgrounds, styles, oneStyle, alike, swapped);
  }

  public SceneMix withBackgrounds(List<NamedColor> colors) {
    return with(background, tint, colors, styles, oneStyle, alike, swapped);
  }

  /** Things in any of these styles. */
  public SceneMix withStyles(Set<Style> allowed) {
    return with(background, tint, backgrounds, allowed, false, alike, swapped);
  }

  /**
   * Things in one of these styles each, always the same, so that there is one drawing to be learned
   * of a thing: the first, in the order of {@link Style}, that draws it and is not held out for it.
   */
  public SceneMix withOneStyleOf(Set<Style> allowed) {
    return with(background, tint, backgrounds, allowed, true, alike, swapped);
  }

  /** In every other row of so many scenes, all before one background: hard to tell apart. */
  public SceneMix withRowsAlike(int scenes) {
    return with(background, tint, backgrounds, styles, oneStyle, scenes, swapped);
  }

  /** Scenes in twos of a kind; of two things, with their places exchanged in the second. */
  public SceneMix withSwaps() {
    return with(background, tint, backgrounds, styles, oneStyle, alike, true);
  }

  /** Two things with this probability; the other kinds share the rest as before. */
  public SceneMix withRelated(double probability) {
    if (!(probability >= 0 && probability <= 1) || related == 1) {
      throw new IllegalArgumentException("related: " + probability + " (expected: in [0, 1])");
    }
    double scale = (1 - probability) / (1 - related);
    return kinds(centred * scale, varied * scale, sized * scale, several * scale, probability)
        .with(background, tint, backgrounds, styles, oneStyle, alike, swapped);
  }

  /** The same kinds of scene, as often. */
  private SceneMix with(
      double background,
      double tint,
      List<NamedColor> backgrounds,
      Set<Style> styles,
      boolean oneStyle,
      int alike,
      boolean swapped) {
    return new SceneMix(
        centred,
        varied,
        sized,
        several,
        related,
        background,
        tint,
        backgrounds,
        styles,
        oneStyle,
        alike,
        swapped);
  }
}
