package io.diffusion4j.evaluation;

import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.Split;
import java.util.Map;
import java.util.Optional;

/**
 * Whether the largest thing in a picture is nearer to the drawing of its concept in the style that
 * was asked for than to that in any other style. Thread-safe.
 */
public final class StyleQuestion implements Question {
  private final Drawings drawings;

  StyleQuestion(Drawings drawings) {
    this.drawings = drawings;
  }

  @Override
  public String name() {
    return "style";
  }

  @Override
  public Optional<Split> heldOut() {
    return Optional.of(Split.HELD_OUT_STYLE);
  }

  @Override
  public boolean concerns(Scene scene) {
    return scene.subject().concepts().size() == 1;
  }

  @Override
  public boolean agrees(Scene scene, Reading picture) {
    var concept = scene.subject().concepts().get(0);
    return picture.seen().things().stream()
        .findFirst()
        .map(thing -> Drawings.cut(picture.image(), thing))
        .map(thing -> drawings.distances(thing, concept, picture.seen().background()))
        .flatMap(StyleQuestion::nearest)
        .filter(scene.style()::equals)
        .isPresent();
  }

  private static Optional<Style> nearest(Map<Style, Double> distances) {
    return distances.entrySet().stream().min(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
  }
}
