package io.diffusion4j.emoji.scene;

import java.util.Set;

/**
 * The split of scenes for training and testing.
 *
 * <p>A test split contains scenes with exactly one held-out combination, so that it measures that
 * combination and nothing else.
 */
public enum SceneSplit {
  /** Nothing is held out. */
  TRAIN,
  /** Concept × style is held out: an unseen drawing of a known thing. */
  HELD_OUT_STYLE,
  /** Concept × background colour is held out. */
  HELD_OUT_BACKGROUND,
  /** Concept × number of copies is held out. */
  HELD_OUT_COUNT,
  /** Two concepts × their relation is held out. */
  HELD_OUT_RELATION;

  /** Whether a scene with these combinations held out belongs to this split. */
  boolean holds(Set<SceneSplit> heldOut) {
    return this == TRAIN ? heldOut.isEmpty() : heldOut.equals(Set.of(this));
  }
}
