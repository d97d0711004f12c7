package io.diffusion4j.data;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Values for some techniques.
 *
 * @param known the techniques
 * @param words the value of each in words, by its name
 */
public record Techniques(List<Technique<?>> known, SortedMap<String, String> words) {
  public Techniques {
    known = List.copyOf(known);
    words = Collections.unmodifiableSortedMap(new TreeMap<>(words));
  }

  /** These, with the values of the models that ship. */
  public static Techniques of(Technique<?>... known) {
    var words = new TreeMap<String, String>();
    Arrays.stream(known).forEach(technique -> words.put(technique.name(), technique.usual()));
    return new Techniques(List.of(known), words);
  }

  /** The value of one of them. */
  public <T> T get(Technique<T> technique) {
    return technique.read(word(technique));
  }

  /** The value of one of them in words. */
  public String word(Technique<?> technique) {
    return Objects.requireNonNull(words.get(technique.name()), technique.name());
  }

  /**
   * The same with one of them changed.
   *
   * @throws IllegalArgumentException if there is no such name or no such value
   */
  public Techniques with(String name, String value) {
    for (Technique<?> technique : known) {
      if (technique.name().equals(name)) {
        var changed = new TreeMap<>(words);
        changed.put(name, technique.written(value));
        return new Techniques(known, changed);
      }
    }
    throw unknown(name, words.keySet());
  }

  /** The refusal of a name. */
  public static IllegalArgumentException unknown(String name, Collection<String> known) {
    String expected = known.isEmpty() ? "none" : "one of " + String.join(", ", known);
    return new IllegalArgumentException("technique: " + name + " (expected: " + expected + ")");
  }
}
