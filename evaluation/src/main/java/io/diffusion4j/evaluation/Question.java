package io.diffusion4j.evaluation;

import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.Split;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/**
 * A yes-or-no question about a picture and the scene that it should show. Thread-safe.
 *
 * @param name as reports call it: {@code "background"}
 * @param heldOut the combinations that count as never trained on for this question; every held-out
 *     one if none is named
 * @param concerned the scenes that the question makes sense for: there is no relation of one thing
 * @param answer whether the picture shows it as the scene says
 */
public record Question(
    String name,
    Optional<Split> heldOut,
    Predicate<Scene> concerned,
    BiPredicate<Scene, Reading> answer) {
  public boolean concerns(Scene scene) {
    return concerned.test(scene);
  }

  public boolean agrees(Scene scene, Reading picture) {
    return answer.test(scene, picture);
  }
}
