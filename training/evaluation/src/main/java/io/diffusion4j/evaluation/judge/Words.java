package io.diffusion4j.evaluation.judge;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.unclip.KnownWords;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The vocabulary of the judge, numbered from 1; unknown words are ignored, and 0 is padding. A
 * caption is a bag of words: their order is irrelevant, since the judge names things and not their
 * places.
 */
final class Words {
  private final List<String> words;
  private final Map<String, Integer> ids = new HashMap<>();

  private Words(List<String> words) {
    this.words = List.copyOf(words);
    for (String word : words) {
      ids.put(word, ids.size() + 1);
    }
    if (ids.size() != words.size() || words.isEmpty()) {
      throw new IllegalArgumentException(
          "words: " + words.size() + " (expected: at least one, each of them once)");
    }
  }

  /** Collects all words of some captions. */
  static Words of(List<String> captions) {
    var words = new TreeSet<String>(); // alphabetical, so the numbers are too
    captions.forEach(caption -> words.addAll(KnownWords.split(caption)));
    return new Words(List.copyOf(words));
  }

  static Words read(Path file) {
    try {
      return new Words(Files.readAllLines(file, UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e, e);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(file, "" + e.getMessage(), e);
    }
  }

  void write(Path file) {
    try {
      Files.write(file, words, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e, e);
    }
  }

  int size() {
    return words.size();
  }

  /**
   * Captions as inputs of {@link JudgeTextNetwork}.
   *
   * @param length the number of words read from a caption, L
   * @param ids {@code [N, L]}: the numbers of the words, then zeros
   * @param weights {@code [N, L]}: 1/√n for each of n words, then zeros
   */
  record Bags(int length, int[] ids, float[] weights) {
    int count() {
      return ids.length / length;
    }
  }

  Bags bags(int length, List<String> captions) {
    int[] ids = new int[captions.size() * length];
    float[] weights = new float[ids.length];
    for (int i = 0; i < captions.size(); i++) {
      List<Integer> known = ids(captions.get(i));
      int n = Math.min(length, known.size());
      for (int j = 0; j < n; j++) {
        ids[i * length + j] = known.get(j);
        weights[i * length + j] = (float) (1 / Math.sqrt(n));
      }
    }
    return new Bags(length, ids, weights);
  }

  /** Returns the numbers of a caption's known words, each once, in the order of the caption. */
  List<Integer> ids(String caption) {
    Set<Integer> known = new LinkedHashSet<>();
    for (String word : KnownWords.split(caption)) {
      Integer id = ids.get(word);
      if (id != null) {
        known.add(id);
      }
    }
    return List.copyOf(known);
  }
}
