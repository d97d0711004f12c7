package io.diffusion4j.emoji.scene;

import java.util.Set;

/**
 * Which scenes are for learning and which for testing.
 *
 * <p>A test split holds scenes with exactly one combination that is never trained on, so that what
 * it measures is that combination and nothing else.
 */
public enum Split {
  /** Nothing is held out. */
  TRAIN,
  /** Concept × style is held out: an unseen drawing of a known thing. */
  HELD_OUT_STYLE,
  /** Concept × background colour is held out. */
  HELD_OUT_BACKGROUND,
  /** Concept × number of copies is held out. */
  HELD_OUT_COUNT,
  /** The two concepts were never seen standing like that. */
  HELD_OUT_RELATION;

  /** Whether a scene with these combinations held out belongs to this split. */
  boolean holds(Set<Split> heldOut) {
    return this == TRAIN ? heldOut.isEmpty() : heldOut.equals(Set.of(this));
  }
}
