package io.diffusion4j.data;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Counts of what was found, by kind. Not thread-safe. */
public final class Tally {
  private final Map<String, Long> counts = new TreeMap<>();

  /** Counts one of a kind, which reads well after a number: {@code .svg}, {@code not UTF-8}. */
  public void add(String kind) {
    counts.merge(kind, 1L, Long::sum);
  }

  /** Returns the counts, the largest first. */
  public Map<String, Long> counts() {
    return counts.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, LinkedHashMap::new));
  }

  /** Returns the counts in words. */
  @Override
  public String toString() {
    return words(counts());
  }

  /** Returns counts in words, such as {@code 5 .svg, 2 .heic}; empty if there are none. */
  public static String words(Map<String, Long> counts) {
    return counts.entrySet().stream()
        .map(count -> count.getValue() + " " + count.getKey())
        .collect(Collectors.joining(", "));
  }
}
