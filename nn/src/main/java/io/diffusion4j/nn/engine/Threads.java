package io.diffusion4j.nn.engine;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Threads that networks compute on. Networks that are given the same value share its threads and
 * take turns; networks with different values compute at the same time.
 *
 * <p>Two values are the same only if they are the same object.
 */
public final class Threads {
  private final int count;
  private final Map<Class<?>, Object> pools = new ConcurrentHashMap<>();

  private Threads(int count) {
    this.count = count;
  }

  /** One for each processor. */
  public static Threads all() {
    return of(Runtime.getRuntime().availableProcessors());
  }

  /**
   * So many threads.
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

  /** What an engine runs on these threads with, made when it is first asked for. */
  public <T> T pool(Class<T> kind, Function<Threads, T> maker) {
    return kind.cast(pools.computeIfAbsent(kind, k -> maker.apply(this)));
  }

  @Override
  public String toString() {
    return count + " threads";
  }
}
