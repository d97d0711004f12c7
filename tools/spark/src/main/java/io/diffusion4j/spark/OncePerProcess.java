package io.diffusion4j.spark;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The objects that all tasks in a process share, such as open models. The first task that needs one
 * makes it while the others wait. They live as long as the process.
 *
 * @param <T> safe for use by several threads
 */
final class OncePerProcess<T> {
  private final ConcurrentHashMap<List<String>, T> made = new ConcurrentHashMap<>();
  private final Function<List<String>, T> maker;

  /**
   * Creates an empty set.
   *
   * @param maker makes an object from the arguments of a job
   */
  OncePerProcess(Function<List<String>, T> maker) {
    this.maker = maker;
  }

  /** Returns the object of a job with these arguments. */
  T of(List<String> arguments) {
    return made.computeIfAbsent(List.copyOf(arguments), maker);
  }
}
