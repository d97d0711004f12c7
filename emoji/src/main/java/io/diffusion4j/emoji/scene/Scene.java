package io.diffusion4j.emoji.scene;

import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.art.Style;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The exact content of a picture.
 *
 * @param subject the things that it shows, in terms of captions
 * @param style the style of the drawings
 * @param tint the colour that everything is shaded in; empty for natural colours
 * @param background the colour of the background
 * @param placements the placement of each copy, in reading order
 */
public record Scene(
    Subject subject,
    Style style,
    Optional<NamedColor> tint,
    NamedColor background,
    List<Placement> placements) {
  public Scene {
    placements = List.copyOf(placements);
    if (placements.isEmpty()) {
      throw new IllegalArgumentException("placements: none (expected: at least one)");
    }
    for (Concept concept : subject.concepts()) {
      if (!concept.isDrawnIn(style)) {
        throw new IllegalArgumentException(
            "style: " + style.words() + " (expected: one that draws " + concept + ")");
      }
    }
  }

  /** Returns a scene with default placements, which captions do not mention. */
  public static Scene of(Subject subject, Style style, NamedColor background) {
    return new Scene(subject, style, Optional.empty(), background, placed(subject));
  }

  /** Returns the same scene in shades of one colour. */
  public Scene withTint(NamedColor color) {
    return new Scene(subject, style, Optional.of(color), background, placements);
  }

  /** Returns the same scene in another style. */
  Scene withStyle(Style other) {
    return new Scene(subject, other, tint, background, placements);
  }

  /** Returns the same scene with its two things exchanged; empty if it does not show two things. */
  public Optional<Scene> swapped() {
    if (!(subject instanceof Subject.Pair pair)) {
      return Optional.empty();
    }
    Subject.Pair exchanged = pair.swapped();
    return Optional.of(new Scene(exchanged, style, tint, background, placed(exchanged)));
  }

  private static List<Placement> placed(Subject subject) {
    if (subject instanceof Subject.Single single) {
      return List.of(new Placement(single.concept(), 0.5, 0.5, single.size().fraction()));
    }
    if (subject instanceof Subject.Several several) {
      Concept c = several.concept();
      return switch (several.count()) {
        case 2 -> copies(c, 0.26, 0.5, 0.74, 0.5);
        case 3 -> copies(c, 0.5, 0.26, 0.26, 0.74, 0.74, 0.74);
        default -> copies(c, 0.26, 0.26, 0.74, 0.26, 0.26, 0.74, 0.74, 0.74);
      };
    }
    Subject.Pair pair = (Subject.Pair) subject;
    boolean across = pair.relation() == Relation.LEFT_OF;
    return List.of(
        new Placement(pair.first(), across ? 0.26 : 0.5, across ? 0.5 : 0.26, 0.44),
        new Placement(pair.second(), across ? 0.74 : 0.5, across ? 0.5 : 0.74, 0.44));
  }

  /** Returns copies of a thing at these positions, x before y. */
  private static List<Placement> copies(Concept concept, double... places) {
    List<Placement> copies = new ArrayList<>();
    for (int i = 0; i < places.length; i += 2) {
      copies.add(new Placement(concept, places[i], places[i + 1], 0.42));
    }
    return copies;
  }
}
