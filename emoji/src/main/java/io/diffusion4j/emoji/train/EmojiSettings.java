package io.diffusion4j.emoji.train;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.scene.SceneMix;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the emoji data set.
 *
 * @param concepts the concepts of the pictures
 * @param scenes the frequency of each kind of scene, and the styles
 * @param plainStyles probability that a style named in a caption has its plain words; above 0, CLIP
 *     also contrasts pictures of one thing in two styles
 * @param curriculum the curriculum of CLIP's training
 */
public record EmojiSettings(
    ConceptSet concepts, SceneMix scenes, double plainStyles, Curriculum curriculum) {
  /** Returns the settings of a preset without any: the shipped model's concepts, in all styles. */
  static final EmojiSettings STANDARD =
      new EmojiSettings(
          ConceptSet.natureAndFood(), SceneMix.mostlyCentred(), 0, new Curriculum(12, 300, 75));

  /**
   * The section {@code emoji} of a preset's file.
   *
   * @param concepts the name of a set of concepts; null for {@code labels}
   * @param labels the concepts by their CLDR short names; null for {@code concepts}
   * @param related probability of two things in a relation; null for the default
   * @param styles the styles, at random; null for all
   * @param oneStyleOf styles of which a thing always has the first that contains it; null for
   *     random styles
   * @param plainStyles probability that a style named in a caption has its plain words; null for 0
   * @param curriculum the curriculum of CLIP's training
   */
  record Section(
      @Nullable String concepts,
      @Nullable List<String> labels,
      @Nullable Double related,
      @Nullable List<Style> styles,
      @Nullable List<Style> oneStyleOf,
      @Nullable Double plainStyles,
      Curriculum curriculum) {
    Section {
      if ((concepts == null) == (labels == null)) {
        throw new IllegalArgumentException(
            "concepts: " + concepts + " (expected: either concepts or labels)");
      }
      if (styles != null && oneStyleOf != null) {
        throw new IllegalArgumentException(
            "styles: " + styles + " (expected: either styles or one-style-of)");
      }
      settings("", concepts, labels, related, styles, oneStyleOf, plainStyles, curriculum);
    }

    EmojiSettings settings(String name) {
      return settings(name, concepts, labels, related, styles, oneStyleOf, plainStyles, curriculum);
    }

    /** Throws an {@link IllegalArgumentException} if a value is invalid. */
    private static EmojiSettings settings(
        String name,
        @Nullable String concepts,
        @Nullable List<String> labels,
        @Nullable Double related,
        @Nullable List<Style> styles,
        @Nullable List<Style> oneStyleOf,
        @Nullable Double plainStyles,
        Curriculum curriculum) {
      Check.that(
          plainStyles == null || (plainStyles >= 0 && plainStyles <= 1),
          "plain-styles",
          String.valueOf(plainStyles),
          "in [0, 1]");
      ConceptSet set =
          labels != null ? ConceptSet.ofLabels(name, labels) : named(String.valueOf(concepts));
      SceneMix scenes = SceneMix.mostlyCentred();
      if (related != null) {
        scenes = scenes.withRelated(related);
      }
      if (styles != null) {
        scenes = scenes.withStyles(some("styles", styles));
      }
      if (oneStyleOf != null) {
        scenes = scenes.withOneStyleOf(some("one-style-of", oneStyleOf));
      }
      return new EmojiSettings(set, scenes, plainStyles == null ? 0 : plainStyles, curriculum);
    }

    private static EnumSet<Style> some(String key, List<Style> styles) {
      Check.that(!styles.isEmpty(), key, styles, "at least one");
      return EnumSet.copyOf(styles);
    }

    private static ConceptSet named(String concepts) {
      try {
        return ConceptSet.named(concepts);
      } catch (IllegalArgumentException e) { // named by the key in the file
        throw new IllegalArgumentException(
            String.valueOf(e.getMessage()).replaceFirst("^conceptSet", "concepts"), e);
      }
    }
  }
}
