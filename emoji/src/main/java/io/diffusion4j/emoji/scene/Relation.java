package io.diffusion4j.emoji.scene;

import java.util.List;

/** The position of the first of two things relative to the second. */
public enum Relation {
  LEFT_OF("left of"),
  ABOVE("above");

  private final String word;

  Relation(String word) {
    this.word = word;
  }

  /** Returns the name in the hold-out: {@code "left of"} or {@code "above"}. */
  public String word() {
    return word;
  }

  /** Returns "An owl … a lion", the plainest first. */
  public List<String> phrases() {
    return switch (this) {
      case LEFT_OF -> List.of("to the left of", "left of");
      case ABOVE -> List.of("above", "over");
    };
  }

  /** Returns "A lion … an owl", for the same picture. */
  public List<String> inverses() {
    return switch (this) {
      case LEFT_OF -> List.of("to the right of", "right of");
      case ABOVE -> List.of("below", "under");
    };
  }
}
