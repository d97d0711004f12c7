package io.diffusion4j.diffusion.argument;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A non-empty set of named choices of one kind, such as samplers. Immutable.
 *
 * @param <T> the kind
 */
public final class ByName<T> {
  private final String kind;
  private final SortedMap<String, T> things;
  private final Map<String, String> missing;

  /**
   * Creates a set from these things and their names.
   *
   * @param kind the word for an entry in errors, such as {@code sampler}
   * @throws IllegalArgumentException if there are none
   */
  public ByName(String kind, Map<String, ? extends T> things) {
    this(kind, things, Map.of());
  }

  private ByName(String kind, Map<String, ? extends T> things, Map<String, String> missing) {
    Check.that(!things.isEmpty(), kind, "none", "at least one");
    this.kind = kind;
    this.things = new TreeMap<>(things);
    this.missing = Map.copyOf(missing);
  }

  /** Returns a copy with one more entry, which replaces an entry of the same name. */
  public ByName<T> with(String name, T thing) {
    return with(Map.of(name, thing));
  }

  /**
   * Returns a copy with more entries.
   *
   * @throws IllegalArgumentException if one of their names is taken
   */
  public ByName<T> adding(Map<String, ? extends T> others) {
    for (String name : others.keySet()) {
      Check.that(!things.containsKey(name), kind, name, "a name that is not taken");
    }
    return with(others);
  }

  private ByName<T> with(Map<String, ? extends T> others) {
    Map<String, T> more = new HashMap<>(things);
    more.putAll(others);
    return new ByName<>(kind, more, missing);
  }

  /**
   * Returns a copy with a name that is not available yet, so that the error for this name explains
   * what is missing.
   *
   * @param needs the missing precondition, such as {@code a measurement}
   */
  public ByName<T> without(String name, String needs) {
    Map<String, String> more = new HashMap<>(missing);
    more.put(name, needs);
    return new ByName<>(kind, things, more);
  }

  /**
   * Returns the entry of this name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the known names
   */
  public T named(String name) {
    T thing = things.get(name);
    if (thing == null) {
      throw Check.refusal(kind, name, expectedInsteadOf(name));
    }
    return thing;
  }

  /** Describes the valid names, for the error about an unknown one. */
  public String expectedInsteadOf(String name) {
    String those = "one of " + String.join(", ", things.keySet());
    String needs = missing.get(name);
    return needs == null ? those : those + "; " + name + " needs " + needs;
  }

  /** Returns the names in alphabetical order. */
  public SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(things.keySet()));
  }
}
