package io.diffusion4j.data;

import io.diffusion4j.diffusion.argument.Check;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.LongFunction;

/**
 * The values of a function of an index, computed ahead on other threads. A caller that requests one
 * index after the other finds them ready, if the threads are fast enough; a request for any other
 * index waits for it. Values are those of the function, whatever the order. Safe for use by several
 * threads, which wait for each other.
 *
 * @param <T> the type of the values
 */
public final class Prefetcher<T> {
  private final LongFunction<T> function;
  private final ExecutorService threads;
  private final int depth;
  private final TreeMap<Long, Future<T>> window = new TreeMap<>();
  private long waited;

  /**
   * Computes nothing until the first request.
   *
   * @param function is called by the threads, and must be thread-safe
   * @param threads are shut down by the caller
   * @param depth the largest number of values that are ready or in work, at least 1
   */
  public Prefetcher(LongFunction<T> function, ExecutorService threads, int depth) {
    Check.that(depth >= 1, "depth", depth, "≥ 1");
    this.function = function;
    this.threads = threads;
    this.depth = depth;
  }

  /**
   * Returns the value of an index, and starts the next ones.
   *
   * @throws RuntimeException of the function at this index
   */
  public synchronized T get(long index) {
    drop(window.headMap(index));
    drop(window.tailMap(index + depth));
    for (long i = index; i < index + depth; i++) {
      long next = i;
      window.computeIfAbsent(next, unused -> threads.submit(() -> function.apply(next)));
    }
    Future<T> value = window.firstEntry().getValue();
    long start = System.nanoTime();
    try {
      return value.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for example " + index);
    } finally {
      waited += System.nanoTime() - start;
    }
  }

  private static <T> void drop(SortedMap<Long, Future<T>> some) {
    some.values().forEach(value -> value.cancel(false));
    some.clear();
  }

  /** Returns the total time that callers have waited. */
  public synchronized Duration waited() {
    return Duration.ofNanos(waited);
  }
}
