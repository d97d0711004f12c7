package io.diffusion4j.nn.engine;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
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

  /**
   * Waits for the work of another thread. An interrupt is deferred: memory that the work uses must
   * not be released before it ends. Throws the unchecked exception of work that failed.
   *
   * @throws IllegalStateException if it failed with an exception or error of another kind
   */
  public static <T> T await(Future<T> work) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return work.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw e.getCause() instanceof RuntimeException unchecked
              ? unchecked
              : new IllegalStateException(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public String toString() {
    return count + " threads";
  }
}
