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
 * The words that the judge knows, each with its number from 1 on; others are passed over, and 0 is
 * no word. A caption is a bag of them: their order says nothing to the judge, who is asked what is
 * shown and not where.
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

  /** All words of some captions. */
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
   * The numbers of the words of a caption that are known, each once, in the order of the caption.
   */
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
