package io.diffusion4j.diffusion.sampling;

import io.diffusion4j.diffusion.argument.ByName;
import java.util.Map;
import java.util.SortedSet;

/** What can be done to x̂₀, by name. */
public final class X0Treatments {
  /** Of Imagen (Saharia et al. 2022, §2.3). */
  private static final double PERCENTILE = 0.995;

  private final ByName<X0Treatment> treatments;

  /** These treatments under these names, at least one. */
  public X0Treatments(Map<String, X0Treatment> byName) {
    this(new ByName<>("thresholding", byName));
  }

  private X0Treatments(ByName<X0Treatment> treatments) {
    this.treatments = treatments;
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

  /** These and more, or others under names that are there already. */
  public X0Treatments with(Map<String, X0Treatment> more) {
    ByName<X0Treatment> all = treatments;
    for (Map.Entry<String, X0Treatment> one : more.entrySet()) {
      all = all.with(one.getKey(), one.getValue());
    }
    return new X0Treatments(all);
  }

  /**
   * The treatment of this name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public X0Treatment named(String name) {
    return treatments.named(name);
  }

  /** The names, in alphabetical order. */
  public SortedSet<String> names() {
    return treatments.names();
  }
}
