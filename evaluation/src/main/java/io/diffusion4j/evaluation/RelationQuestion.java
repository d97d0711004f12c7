package io.diffusion4j.evaluation;

import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.scene.NamedColor;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.Split;
import io.diffusion4j.emoji.scene.Subject;
import java.util.Optional;

/**
 * Whether two things stand as they should. How they stand is read from the centroids of two halves;
 * which of them is which, from the drawings there are of the two concepts: of the two assignments
 * the one counts whose drawings are nearer, pixel by pixel. Thread-safe.
 */
public final class RelationQuestion implements Question {
  private final Drawings drawings;

  RelationQuestion(Drawings drawings) {
    this.drawings = drawings;
  }

  @Override
  public String name() {
    return "relation";
  }

  @Override
  public Optional<Split> heldOut() {
    return Optional.of(Split.HELD_OUT_RELATION);
  }

  @Override
  public boolean concerns(Scene scene) {
    return scene.subject() instanceof Subject.Pair;
  }

  @Override
  public boolean agrees(Scene scene, Reading picture) {
    var pair = (Subject.Pair) scene.subject();
    var halves = picture.seen().halves();
    if (halves.isEmpty() || halves.get().relation() != pair.relation()) {
      return false;
    }
    NamedColor background = picture.seen().background();
    float[] first = Drawings.cut(picture.image(), halves.get().first());
    float[] second = Drawings.cut(picture.image(), halves.get().second());
    double asSaid =
        distance(first, pair.first(), background) + distance(second, pair.second(), background);
    double swapped =
        distance(first, pair.second(), background) + distance(second, pair.first(), background);
    return asSaid < swapped;
  }

  /** The distance to the nearest drawing of a concept. */
  private double distance(float[] thing, Concept concept, NamedColor background) {
    return drawings.distances(thing, concept, background).values().stream()
        .mapToDouble(d -> d)
        .min()
        .orElse(Double.POSITIVE_INFINITY);
  }
}
