package io.diffusion4j.serving.metrics;

import java.util.function.LongSupplier;

/**
 * A meter of something that a server does not know of, read when the meters are.
 *
 * @param name in words with dots between them, such as {@code diffusion4j.live.tensors}
 * @param help what it is, for who reads the meters
 * @param now the value; quick, and by several threads at once
 */
public record Level(String name, String help, LongSupplier now) {
  /** One whose name says it. */
  public Level(String name, LongSupplier now) {
    this(name, name.replace('.', ' '), now);
  }
}
