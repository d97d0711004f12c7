package io.diffusion4j.diffusion.component;

import java.util.List;
import java.util.Optional;

/** What a model reads of a text, and which words it knows. */
public interface TextCoverage {
  /** All texts are read, and there is no list of words. */
  TextCoverage ALL = new TextCoverage() {};

  /** Describes the part of a text that is cut off; empty if none is. */
  default Optional<String> truncation(String text) {
    return Optional.empty();
  }

  /**
   * Describes the words of a text that the model has not been trained with; empty if there are
   * none.
   */
  default Optional<String> unknownWords(String text) {
    return Optional.empty();
  }

  /**
   * Returns the words that the model has been trained with, in lower case and alphabetical order;
   * empty if there is no list.
   */
  default List<String> knownWords() {
    return List.of();
  }
}
