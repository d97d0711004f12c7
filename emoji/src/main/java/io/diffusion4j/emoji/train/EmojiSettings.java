package io.diffusion4j.emoji.train;

import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.scene.SceneMix;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the emoji data set shows.
 *
 * @param concepts what is shown
 * @param scenes how often each kind of scene is shown, and in which styles
 * @param curriculum what CLIP learns first
 */
public record EmojiSettings(ConceptSet concepts, SceneMix scenes, Curriculum curriculum) {
  /**
   * The settings of a preset that has none: the concepts of the model that ships, in all styles.
   */
  static final EmojiSettings STANDARD =
      new EmojiSettings(
          ConceptSet.natureAndFood(), SceneMix.mostlyCentred(), new Curriculum(12, 300, 75));

  /**
   * The settings as the section {@code emoji} of a preset's file has them.
   *
   * @param concepts the name of a set of concepts; null for {@code labels}
   * @param labels the concepts by their CLDR short names; null for {@code concepts}
   * @param related probability of two things in a relation; null for the usual one
   * @param oneStyleOf things are always drawn in the first of these styles that has them; null for
   *     any style at any time
   * @param curriculum what CLIP learns first
   */
  record Section(
      @Nullable String concepts,
      @Nullable List<String> labels,
      @Nullable Double related,
      @Nullable List<Style> oneStyleOf,
      Curriculum curriculum) {
    Section {
      if ((concepts == null) == (labels == null)) {
        throw new IllegalArgumentException(
            "concepts: " + concepts + " (expected: either concepts or labels)");
      }
      if (oneStyleOf != null && oneStyleOf.isEmpty()) {
        throw new IllegalArgumentException("one-style-of: [] (expected: at least one)");
      }
      settings("", concepts, labels, related, oneStyleOf, curriculum); // refuses what it cannot be
    }

    EmojiSettings settings(String name) {
      return settings(name, concepts, labels, related, oneStyleOf, curriculum);
    }

    private static EmojiSettings settings(
        String name,
        @Nullable String concepts,
        @Nullable List<String> labels,
        @Nullable Double related,
        @Nullable List<Style> oneStyleOf,
        Curriculum curriculum) {
      ConceptSet set =
          labels != null ? ConceptSet.ofLabels(name, labels) : named(String.valueOf(concepts));
      SceneMix scenes = SceneMix.mostlyCentred();
      if (related != null) {
        scenes = scenes.withRelated(related);
      }
      if (oneStyleOf != null) {
        scenes = scenes.withOneStyleOf(EnumSet.copyOf(oneStyleOf));
      }
      return new EmojiSettings(set, scenes, curriculum);
    }

    private static ConceptSet named(String concepts) {
      try {
        return ConceptSet.named(concepts);
      } catch (IllegalArgumentException e) { // by the key of the file
        throw new IllegalArgumentException(
            String.valueOf(e.getMessage()).replaceFirst("^conceptSet", "concepts"), e);
      }
    }
  }
}
