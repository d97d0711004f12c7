package io.diffusion4j.nn.engine;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a model computes: which engine, on which threads, in which precision. It is given to each
 * model and to each training, so that two in one process may differ.
 *
 * @param engine the name of an engine, or {@link Engines#AUTO} for the fastest that can
 * @param threads that networks share
 * @param precision of activations and products
 * @param packed a folder where an engine may keep weights as it lays them out, so that a later start
 *     maps them; empty if it keeps none
 */
public record Compute(String engine, Threads threads, Precision precision, Optional<Path> packed) {
  /** Without a folder of packed weights. */
  public Compute(String engine, Threads threads, Precision precision) {
    this(engine, threads, precision, Optional.empty());
  }

  /** In a precision, by the fastest engine that can, on a thread of its own for each processor. */
  public static Compute of(Precision precision) {
    return new Compute(Engines.AUTO, Threads.all(), precision);
  }

  /** The same by the engine of this name. */
  public Compute withEngine(String name) {
    return new Compute(name, threads, precision, packed);
  }

  /** The same on other threads. */
  public Compute withThreads(Threads others) {
    return new Compute(engine, others, precision, packed);
  }

  /** The same in another precision. */
  public Compute withPrecision(Precision other) {
    return new Compute(engine, threads, other, packed);
  }

  /** The same with a folder of packed weights, or without one. */
  public Compute withPacked(Optional<Path> folder) {
    return new Compute(engine, threads, precision, folder);
  }
}
