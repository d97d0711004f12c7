package io.diffusion4j.emoji.train;

import io.diffusion4j.data.DataSet.Use;
import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.emoji.scene.CaptionMix;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How the emoji data set is shown, where there is a choice.
 *
 * @param captions how captions are worded
 * @param relations whether every other batch of CLIP's has nothing but two things in both orders
 * @param curriculum whether these come first, with few things at first ({@link Curriculum})
 */
public record EmojiTechniques(Captions captions, boolean relations, boolean curriculum) {
  /** The techniques of the model that ships. */
  public static final EmojiTechniques STANDARD = new EmojiTechniques(Captions.VARIED, true, true);

  private static final ByName<Captions> CAPTIONS =
      new ByName<>("captions", Map.of("varied", Captions.VARIED, "plain", Captions.PLAIN));

  /** How captions are worded. */
  public enum Captions {
    /** With words left out, keywords, and what a thing is a kind of. */
    VARIED,
    /** Always the name. */
    PLAIN;

    CaptionMix mix() {
      return this == VARIED ? CaptionMix.standard() : CaptionMix.labels();
    }
  }

  /** Those that matter to a use, by the names of the command line. */
  SortedMap<String, String> values(Use use) {
    String worded = captions == Captions.VARIED ? "varied" : "plain";
    return switch (use) {
      case CONTRASTS ->
          new TreeMap<>(
              Map.of(
                  "captions",
                  worded,
                  "relations",
                  word(relations),
                  "curriculum",
                  word(curriculum)));
      case CAPTIONED -> new TreeMap<>(Map.of("captions", worded));
      case PICTURES -> Collections.emptySortedMap();
    };
  }

  /**
   * The same with one of them changed.
   *
   * @throws IllegalArgumentException if there is no such name or no such value
   */
  EmojiTechniques with(String name, String value) {
    return switch (name) {
      case "captions" -> new EmojiTechniques(CAPTIONS.named(value), relations, curriculum);
      case "relations" -> new EmojiTechniques(captions, isOn(name, value), curriculum);
      case "curriculum" -> new EmojiTechniques(captions, relations, isOn(name, value));
      default ->
          throw new IllegalArgumentException(
              "technique: "
                  + name
                  + " (expected: one of "
                  + String.join(", ", values(Use.CONTRASTS).keySet())
                  + ")");
    };
  }

  private static String word(boolean on) {
    return on ? "on" : "off";
  }

  private static boolean isOn(String name, String value) {
    return new ByName<>(name, Map.of("on", true, "off", false)).named(value);
  }
}
