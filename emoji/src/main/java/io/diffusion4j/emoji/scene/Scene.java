package io.diffusion4j.emoji.scene;

import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.art.Style;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Exactly what a picture shows.
 *
 * @param subject what it shows, in the terms that a caption can say
 * @param style how it is drawn
 * @param tint the one colour that everything is drawn in, if not its own colours
 * @param background what it is drawn on
 * @param placements where each copy is drawn, in reading order
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

  /** A scene with each thing in its proper place: the layout that needs no words. */
  public static Scene of(Subject subject, Style style, NamedColor background) {
    return new Scene(subject, style, Optional.empty(), background, placed(subject));
  }

  /** The same scene drawn in shades of one colour. */
  public Scene withTint(NamedColor color) {
    return new Scene(subject, style, Optional.of(color), background, placements);
  }

  /** The same with the places of its two things exchanged; none if it shows anything else. */
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

  /** Copies of a thing at these places, x before y. */
  private static List<Placement> copies(Concept concept, double... places) {
    List<Placement> copies = new ArrayList<>();
    for (int i = 0; i < places.length; i += 2) {
      copies.add(new Placement(concept, places[i], places[i + 1], 0.42));
    }
    return copies;
  }
}
