package io.diffusion4j.checkpoint.strict;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;

/** Collects the faults of a value, to report all of them at once. Not thread-safe. */
public final class Faults {
  private final List<String> faults = new ArrayList<>();

  private static final class FaultsException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final transient List<String> faults;

    FaultsException(String message, List<String> faults) {
      super(message);
      this.faults = List.copyOf(faults);
    }
  }

  /**
   * Records a fault unless a condition holds.
   *
   * @param name the name of the value
   */
  public Faults require(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      faults.add(name + ": " + value + " (expected: " + expected + ")");
    }
    return this;
  }

  /** Records the faults in an exception, each with a prefix such as {@code decoder.}. */
  void add(String prefix, IllegalArgumentException e) {
    List<String> all = e instanceof FaultsException f ? f.faults : List.of(e.getMessage() + "");
    all.forEach(fault -> faults.add(prefix + fault));
  }

  /** Records each name that is not among the known ones. */
  void requireKnown(Iterator<String> names, Collection<String> known, String prefix) {
    String expected = "one of " + String.join(", ", known);
    names.forEachRemaining(
        name -> require(known.contains(name), prefix + name, "unknown", expected));
  }

  /**
   * Returns normally if there are no faults.
   *
   * @throws IllegalArgumentException with all faults in one line
   */
  public void throwIfAny() {
    if (!faults.isEmpty()) {
      throw new FaultsException(String.join("; ", faults), faults);
    }
  }

  /**
   * Throws an exception with a line for each fault, under the name of their source, such as a file.
   */
  void throwIfAny(String source) {
    if (faults.size() == 1) {
      throw new FaultsException(source + ": " + faults.get(0), faults);
    }
    if (!faults.isEmpty()) {
      String lines = String.join("\n  ", faults);
      throw new FaultsException(source + ": " + faults.size() + " faults\n  " + lines, faults);
    }
  }
}
