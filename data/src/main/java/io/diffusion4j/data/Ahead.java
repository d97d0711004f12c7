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
 * The values of a function of an index, computed on other threads before they are asked for.
 * Whoever asks for one index after the other finds them ready, if the threads are fast enough;
 * whoever asks for another one waits for that one. Values are those of the function, whatever the
 * order. Safe for use by several threads, which wait for each other.
 *
 * @param <T> the type of the values
 */
public final class Ahead<T> {
  private final LongFunction<T> function;
  private final ExecutorService threads;
  private final int depth;
  private final TreeMap<Long, Future<T>> window = new TreeMap<>();
  private long waited;

  /**
   * Computes nothing until the first value is asked for.
   *
   * @param function is called by the threads, and has to allow that
   * @param threads stay the caller's to shut down
   * @param depth how many values are ready or in the making at most, at least 1
   */
  public Ahead(LongFunction<T> function, ExecutorService threads, int depth) {
    Check.that(depth >= 1, "depth", depth, "≥ 1");
    this.function = function;
    this.threads = threads;
    this.depth = depth;
  }

  /**
   * The value of an index. The next ones are begun.
   *
   * @throws RuntimeException what the function threw at this index
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

  /** How long callers have waited for values so far. */
  public synchronized Duration waited() {
    return Duration.ofNanos(waited);
  }
}
