package io.diffusion4j.training.strict;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with a value, so that all of it is reported at once. Not thread-safe. */
public final class Faults {
  private final List<String> faults = new ArrayList<>();

  /** All that is wrong with a value. */
  public static final class FaultsException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final transient List<String> faults;

    FaultsException(String message, List<String> faults) {
      super(message);
      this.faults = List.copyOf(faults);
    }

    /** Each fault as {@code name: value (expected: …)}. */
    public List<String> faults() {
      return faults;
    }
  }

  /**
   * Records a fault unless a condition holds.
   *
   * @param name of the value
   */
  public Faults require(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      add(name + ": " + value + " (expected: " + expected + ")");
    }
    return this;
  }

  /** Records a fault. */
  public Faults add(String fault) {
    faults.add(fault);
    return this;
  }

  /** Records what an exception reports, within a path such as {@code decoder}. */
  public Faults add(String path, IllegalArgumentException e) {
    List<String> all = e instanceof FaultsException f ? f.faults() : List.of(e.getMessage() + "");
    all.forEach(fault -> add(path + "." + fault));
    return this;
  }

  /** How many there are. */
  public int count() {
    return faults.size();
  }

  /**
   * Returns normally if there are no faults.
   *
   * @throws FaultsException with all faults
   */
  public void throwIfAny() {
    if (!faults.isEmpty()) {
      throw new FaultsException(String.join("; ", faults), faults);
    }
  }

  /**
   * Returns normally if there are no faults.
   *
   * @param source of the faulty values, such as a file
   * @throws FaultsException with all faults, a line each
   */
  void throwIfAny(String source) {
    if (!faults.isEmpty()) {
      String message =
          faults.size() == 1
              ? source + ": " + faults.get(0)
              : source + ": " + faults.size() + " faults\n  " + String.join("\n  ", faults);
      throw new FaultsException(message, faults);
    }
  }
}
