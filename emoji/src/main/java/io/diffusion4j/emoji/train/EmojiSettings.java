package io.diffusion4j.emoji.train;

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
 * @param curriculum the curriculum of CLIP's training
 */
public record EmojiSettings(ConceptSet concepts, SceneMix scenes, Curriculum curriculum) {
  /** Returns the settings of a preset without any: the shipped model's concepts, in all styles. */
  static final EmojiSettings STANDARD =
      new EmojiSettings(
          ConceptSet.natureAndFood(), SceneMix.mostlyCentred(), new Curriculum(12, 300, 75));

  /**
   * The section {@code emoji} of a preset's file.
   *
   * @param concepts the name of a set of concepts; null for {@code labels}
   * @param labels the concepts by their CLDR short names; null for {@code concepts}
   * @param related probability of two things in a relation; null for the usual one
   * @param oneStyleOf styles of which a thing always has the first that contains it; null for
   *     random styles
   * @param curriculum the curriculum of CLIP's training
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
      settings("", concepts, labels, related, oneStyleOf, curriculum); // rejects invalid values
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
      } catch (IllegalArgumentException e) { // named by the key in the file
        throw new IllegalArgumentException(
            String.valueOf(e.getMessage()).replaceFirst("^conceptSet", "concepts"), e);
      }
    }
  }
}
