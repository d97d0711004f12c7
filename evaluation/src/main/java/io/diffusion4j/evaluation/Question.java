package io.diffusion4j.evaluation;

import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.Split;
import java.util.Optional;

/** What is asked of a picture about the scene that it should show, to be answered by yes or no. */
public interface Question {
  /** As reports call it: {@code "background"}. */
  String name();

  /**
   * The combinations that count as never trained on for this question; every held-out one if none
   * is named.
   */
  Optional<Split> heldOut();

  /** Whether the question makes sense for a scene: there is no relation of one thing. */
  boolean concerns(Scene scene);

  /** Whether the picture shows it as the scene says. */
  boolean agrees(Scene scene, Reading picture);
}
