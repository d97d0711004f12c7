package io.diffusion4j.evaluation.survey;

import io.diffusion4j.evaluation.survey.DataSetStatistics.Word;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The frequencies of words. */
final class WordCounts {
  private final Map<String, Long> counts = new HashMap<>();

  void add(String word) {
    counts.merge(word, 1L, Long::sum);
  }

  long distinct() {
    return counts.size();
  }

  /** Returns the most frequent words; equally frequent ones in alphabetical order. */
  List<Word> frequent(int most) {
    return counts.entrySet().stream()
        .map(entry -> new Word(entry.getKey(), entry.getValue()))
        .sorted(Comparator.comparingLong(Word::count).reversed().thenComparing(Word::word))
        .limit(most)
        .toList();
  }
}
