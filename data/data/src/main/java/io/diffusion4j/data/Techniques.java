package io.diffusion4j.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Values for some techniques.
 *
 * @param known the techniques
 * @param words the value of each in words, by its name
 */
public record Techniques(List<TrainingOption<?>> known, SortedMap<String, String> words) {
  public Techniques {
    known = List.copyOf(known);
    words = Collections.unmodifiableSortedMap(new TreeMap<>(words));
  }

  /** Returns these, with the values of the models that ship. */
  public static Techniques of(TrainingOption<?>... known) {
    var words = new TreeMap<String, String>();
    Arrays.stream(known)
        .forEach(technique -> words.put(technique.name(), technique.defaultValue()));
    return new Techniques(List.of(known), words);
  }

  /** Returns the words that are written into notes; see {@link TrainingOption#addedLater}. */
  public SortedMap<String, String> written() {
    var written = new TreeMap<>(words);
    known.forEach(
        option ->
            written.computeIfPresent(
                option.name(), (name, word) -> option.isWritten(word) ? word : null));
    return written;
  }

  /** Returns the value of a technique. */
  @SuppressWarnings("unchecked") // the one of the same name has the same type
  public <T> T get(TrainingOption<T> technique) {
    String word = word(technique);
    return known.stream()
        .filter(option -> option.name().equals(technique.name()))
        .map(option -> ((TrainingOption<T>) option).read(word))
        .findFirst()
        .orElseThrow();
  }

  /** Whether the value of a technique is another than the default. */
  public boolean isChanged(TrainingOption<?> technique) {
    return !word(technique).equals(technique.defaultValue());
  }

  /**
   * Returns the techniques with more values of one of them; these if there is none of this name.
   *
   * @param values by name, of the type of the technique's values
   */
  public Techniques adding(String name, Map<String, ?> values) {
    List<TrainingOption<?>> more = new ArrayList<>();
    known.forEach(option -> more.add(option.name().equals(name) ? option.adding(values) : option));
    return new Techniques(more, words);
  }

  /** Returns the value of a technique in text form. */
  public String word(TrainingOption<?> technique) {
    return Objects.requireNonNull(words.get(technique.name()), technique.name());
  }

  /**
   * Returns the techniques with one of them changed.
   *
   * @throws IllegalArgumentException if there is no such name or no such value
   */
  public Techniques with(String name, String value) {
    for (TrainingOption<?> technique : known) {
      if (technique.name().equals(name)) {
        var changed = new TreeMap<>(words);
        changed.put(name, technique.written(value));
        return new Techniques(known, changed);
      }
    }
    throw unknown(name, words.keySet());
  }

  /** Returns the refusal of a name. */
  public static IllegalArgumentException unknown(String name, Collection<String> known) {
    String expected = known.isEmpty() ? "none" : "one of " + String.join(", ", known);
    return new IllegalArgumentException("technique: " + name + " (expected: " + expected + ")");
  }
}
