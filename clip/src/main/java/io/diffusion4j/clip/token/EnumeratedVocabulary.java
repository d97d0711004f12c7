package io.diffusion4j.clip.token;

import io.diffusion4j.clip.token.Vocabulary.Merge;
import io.diffusion4j.diffusion.argument.Check;
import java.util.ArrayList;
import java.util.List;

/**
 * A vocabulary of any size that was not learned from text: its merges make the strings of Latin
 * letters, the shortest first. It is for pipelines of random weights.
 */
public final class EnumeratedVocabulary {
  /** Bytes, bytes at the end of a word, the start and the end of a text. */
  private static final int SMALLEST = 2 * 256 + 2;

  private EnumeratedVocabulary() {}

  /**
   * Returns the vocabulary of a size.
   *
   * @throws IllegalArgumentException if it is too small for the bytes and the two symbols
   */
  public static Vocabulary ofSize(int size) {
    Check.that(size >= SMALLEST, "vocabulary", size, "≥ %s", SMALLEST);
    int count = size - SMALLEST;
    List<Merge> merges = new ArrayList<>(count);
    List<String> shorter = letters();
    while (merges.size() < count) {
      List<String> longer = new ArrayList<>();
      for (String left : shorter) {
        for (String right : letters()) {
          merges.add(new Merge(left, right));
          merges.add(new Merge(left, right + Vocabulary.END_OF_WORD));
          longer.add(left + right);
        }
      }
      shorter = longer;
    }
    return Vocabulary.inClipOrder(merges.subList(0, count));
  }

  private static List<String> letters() {
    List<String> letters = new ArrayList<>();
    for (char letter = 'a'; letter <= 'z'; letter++) {
      letters.add(String.valueOf(letter));
    }
    return letters;
  }
}
