package io.diffusion4j.emoji.scene;

import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Style;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Parses the captions of {@link Captioner#factual} and {@link Captioner#plain} to scenes.
 * Thread-safe.
 *
 * <p>Tints are not read, and placements are those of {@link Scene#of}, because captions do not
 * contain them.
 */
public final class CaptionReader {
  private static final String BACKGROUND = " background";

  private final Map<String, Subject> counted = new HashMap<>();
  private final Map<String, Concept> named = new HashMap<>();

  /** Creates a reader of captions about these concepts. */
  public CaptionReader(ConceptSet concepts) {
    for (Concept concept : concepts.concepts()) {
      named.put(Captioner.named(concept), concept);
      for (SceneSize size : SceneSize.values()) {
        add(new Subject.Single(concept, size));
      }
      if (Noun.of(concept).isCountable()) {
        for (int n = 2; n <= Subject.Several.MAX_COUNT; n++) {
          add(new Subject.Several(concept, n));
        }
      }
    }
  }

  private void add(Subject subject) {
    counted.put(Captioner.said(subject), subject);
  }

  /**
   * Returns the scene of a caption.
   *
   * @throws IllegalArgumentException if the caption is not one of these about these concepts
   */
  public Scene read(String caption) {
    int comma = caption.lastIndexOf(", ");
    String rest = comma < 0 ? "" : caption.substring(0, comma);
    Optional<Style> style = style(comma < 0 ? "" : caption.substring(comma + 2));
    NamedColor background = NamedColor.WHITE;
    for (NamedColor color : NamedColor.values()) {
      String words = " on " + Noun.article(color.word()) + " " + color.word() + BACKGROUND;
      if (rest.endsWith(words)) {
        background = color;
        rest = rest.substring(0, rest.length() - words.length());
        break;
      }
    }
    Optional<Subject> subject = subject(rest);
    if (style.isEmpty() || subject.isEmpty()) {
      throw new IllegalArgumentException(
          "caption: "
              + caption
              + " (expected: one such as \"two owls on a red background, noto style\")");
    }
    return Scene.of(subject.get(), style.get(), background);
  }

  private static Optional<Style> style(String words) {
    for (Style style : Style.values()) {
      if (style.words().equals(words) || Captioner.plainly(style).equals(words)) {
        return Optional.of(style);
      }
    }
    return Optional.empty();
  }

  private Optional<Subject> subject(String words) {
    Subject one = counted.get(words);
    if (one != null) {
      return Optional.of(one);
    }
    for (Relation relation : Relation.values()) {
      String between = " " + relation.phrases().get(0) + " ";
      for (int at = words.indexOf(between); at >= 0; at = words.indexOf(between, at + 1)) {
        Concept first = named.get(words.substring(0, at));
        Concept second = named.get(words.substring(at + between.length()));
        if (first != null && second != null && !first.equals(second)) {
          return Optional.of(new Subject.Pair(first, relation, second));
        }
      }
    }
    return Optional.empty();
  }
}
