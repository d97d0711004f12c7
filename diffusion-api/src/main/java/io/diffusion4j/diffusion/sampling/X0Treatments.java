package io.diffusion4j.diffusion.sampling;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** What can be done to x̂₀, by name. */
public final class X0Treatments {
  /** Of Imagen (Saharia et al. 2022, §2.3). */
  private static final double PERCENTILE = 0.995;

  private final SortedMap<String, X0Treatment> byName;

  /** These treatments under these names, at least one. */
  public X0Treatments(Map<String, X0Treatment> byName) {
    if (byName.isEmpty()) {
      throw new IllegalArgumentException("thresholding: none (expected: at least one)");
    }
    this.byName = new TreeMap<>(byName);
  }

  /** Those of this package, for pixels in [-1, 1]. */
  public static X0Treatments standard() {
    return new X0Treatments(
        Map.of(
            "clip",
            X0Treatment.clip(1),
            "dynamic",
            new DynamicThresholding(PERCENTILE, Double.POSITIVE_INFINITY),
            "none",
            X0Treatment.NONE));
  }

  /**
   * The treatment of this name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public X0Treatment named(String name) {
    X0Treatment treatment = byName.get(name);
    if (treatment == null) {
      throw new IllegalArgumentException(
          "thresholding: "
              + name
              + " (expected: one of "
              + String.join(", ", byName.keySet())
              + ")");
    }
    return treatment;
  }

  /** The names, in alphabetical order. */
  public SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(byName.keySet()));
  }
}
