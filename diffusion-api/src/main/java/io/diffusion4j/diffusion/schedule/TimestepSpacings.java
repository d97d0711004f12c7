package io.diffusion4j.diffusion.schedule;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Timestep spacings by name. */
public final class TimestepSpacings {
  private final SortedMap<String, TimestepSpacing> byName;

  /** These spacings under these names, at least one. */
  public TimestepSpacings(Map<String, TimestepSpacing> byName) {
    if (byName.isEmpty()) {
      throw new IllegalArgumentException("spacings: none (expected: at least one)");
    }
    this.byName = new TreeMap<>(byName);
  }

  /** Those of this package, under the names that diffusers and OpenAI use. */
  public static TimestepSpacings standard() {
    return new TimestepSpacings(
        Map.of(
            "ddim", new StridedSpacing(),
            "leading", new LeadingSpacing(),
            "linspace", new LinspaceSpacing(LinspaceSpacing.End.ZERO),
            "sections", new SectionSpacing(),
            "trailing", new TrailingSpacing(),
            "unclip", new UnclipSpacing()));
  }

  /**
   * The spacing of this name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public TimestepSpacing named(String name) {
    TimestepSpacing spacing = byName.get(name);
    if (spacing == null) {
      throw new IllegalArgumentException(
          "spacing: " + name + " (expected: one of " + String.join(", ", byName.keySet()) + ")");
    }
    return spacing;
  }

  /** The names, in alphabetical order. */
  public SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(byName.keySet()));
  }
}
