package io.diffusion4j.evaluation;

import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.SceneSplit;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/**
 * A yes-or-no question about a picture and its scene. Thread-safe.
 *
 * @param name the name in reports, such as {@code "background"}
 * @param heldOut the kinds of combinations that count as held out for this question; empty for all
 *     kinds
 * @param concerned the scenes that the question applies to: one thing has no relation
 * @param answer whether the picture agrees with the scene
 */
public record Question(
    String name,
    Optional<SceneSplit> heldOut,
    Predicate<Scene> concerned,
    BiPredicate<Scene, MeasuredImage> answer) {
  /** Returns the same question under another name. */
  Question named(String other) {
    return new Question(other, heldOut, concerned, answer);
  }

  /** Returns whether the question applies to a scene. */
  public boolean concerns(Scene scene) {
    return concerned.test(scene);
  }

  /** Returns whether the answer for a picture is the one for its scene. */
  public boolean agrees(Scene scene, MeasuredImage picture) {
    return answer.test(scene, picture);
  }
}
