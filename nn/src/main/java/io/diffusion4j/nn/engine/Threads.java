package io.diffusion4j.nn.engine;

/**
 * Threads that networks compute on. Networks that are given the same value share its threads and
 * take turns; networks with different values compute at the same time.
 *
 * <p>Two values are the same only if they are the same object.
 */
public final class Threads {
  private static final Threads ALL = new Threads(Runtime.getRuntime().availableProcessors());

  private final int count;

  private Threads(int count) {
    this.count = count;
  }

  /** One for each processor, shared by all who ask for them. */
  public static Threads all() {
    return ALL;
  }

  /**
   * Threads of their own.
   *
   * @param count how many, at least 1
   */
  public static Threads of(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("threads: " + count + " (expected: ≥ 1)");
    }
    return new Threads(count);
  }

  /** How many there are. */
  public int count() {
    return count;
  }

  @Override
  public String toString() {
    return count + " threads";
  }
}
