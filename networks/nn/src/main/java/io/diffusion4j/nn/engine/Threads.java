package io.diffusion4j.nn.engine;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Threads for the computation of networks. Networks with the same value share its threads and take
 * turns; networks with different values compute at the same time.
 *
 * <p>Two values are the same only if they are the same object.
 */
public final class Threads {
  private final int count;
  private final Map<Class<?>, Object> pools = new ConcurrentHashMap<>();

  private Threads(int count) {
    this.count = count;
  }

  /** Returns one thread for each processor. */
  public static Threads all() {
    return of(Runtime.getRuntime().availableProcessors());
  }

  /**
   * Creates a value with a number of threads.
   *
   * @param count the number, at least 1
   */
  public static Threads of(int count) {
    Check.that(count >= 1, "threads", count, "≥ 1");
    return new Threads(count);
  }

  /** Returns the number of threads. */
  public int count() {
    return count;
  }

  /** Returns an engine's resource for these threads, created on first use. */
  public <T> T pool(Class<T> kind, Function<Threads, T> maker) {
    return kind.cast(pools.computeIfAbsent(kind, k -> maker.apply(this)));
  }

  @Override
  public String toString() {
    return count + " threads";
  }
}
