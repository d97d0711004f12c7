package io.diffusion4j.diffusion.argument;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What can be asked for by name: at least one thing of a kind. Immutable.
 *
 * @param <T> the kind
 */
public final class ByName<T> {
  private final String kind;
  private final SortedMap<String, T> things;
  private final Map<String, String> missing;

  /**
   * These things under these names.
   *
   * @param kind what the errors call it, such as {@code sampler}
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

  /** These and one more, or another under a name that there is already. */
  public ByName<T> with(String name, T thing) {
    return with(Map.of(name, thing));
  }

  /** These and more, or others under names that there are already. */
  public ByName<T> with(Map<String, ? extends T> others) {
    Map<String, T> more = new HashMap<>(things);
    more.putAll(others);
    return new ByName<>(kind, more, missing);
  }

  /**
   * These, and a name of what there could be, for the benefit of who asks for it.
   *
   * @param needs what there has to be first, such as {@code a measurement}
   */
  public ByName<T> without(String name, String needs) {
    Map<String, String> more = new HashMap<>(missing);
    more.put(name, needs);
    return new ByName<>(kind, things, more);
  }

  /**
   * The one of this name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public T named(String name) {
    T thing = things.get(name);
    if (thing == null) {
      throw Check.refusal(kind, name, expectedInsteadOf(name));
    }
    return thing;
  }

  /** What could be asked for where there is nothing of this name, in words. */
  public String expectedInsteadOf(String name) {
    String those = "one of " + String.join(", ", things.keySet());
    String needs = missing.get(name);
    return needs == null ? those : those + "; " + name + " needs " + needs;
  }

  /** The names, in alphabetical order. */
  public SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(things.keySet()));
  }
}
