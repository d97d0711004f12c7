package io.diffusion4j.nn.engine;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The settings of a computation: engine, threads and precision. Each model and each training has
 * its own settings, so two in one process may differ.
 *
 * @param engine the name of an engine, or {@link Engines#AUTO} for the fastest that supports the
 *     network
 * @param threads that networks share
 * @param precision the precision of activations and products
 * @param packed a folder where an engine may cache weights in its own layout, to map them at the
 *     next start; empty for no cache
 */
public record Compute(String engine, Threads threads, Precision precision, Optional<Path> packed) {
  /** Creates settings without a folder of packed weights. */
  public Compute(String engine, Threads threads, Precision precision) {
    this(engine, threads, precision, Optional.empty());
  }

  /** Computes in a precision with the fastest engine, on one thread per processor. */
  public static Compute of(Precision precision) {
    return new Compute(Engines.AUTO, Threads.all(), precision);
  }

  /** Returns these settings with the engine of this name. */
  public Compute withEngine(String name) {
    return new Compute(name, threads, precision, packed);
  }

  /** Returns these settings with other threads. */
  public Compute withThreads(Threads others) {
    return new Compute(engine, others, precision, packed);
  }

  /** Returns these settings with another precision. */
  public Compute withPrecision(Precision other) {
    return new Compute(engine, threads, other, packed);
  }

  /**
   * Returns these settings in floating point: {@link Precision#INT8} is replaced by bfloat16 if the
   * processor has it, otherwise by float32. Returns the settings for gradients, and for networks
   * that run once for each picture, where a lower precision would save little time: towers of CLIP,
   * autoencoders. {@link Precision#EXACT} stays.
   */
  public Compute unquantised() {
    if (precision != Precision.INT8) {
      return this;
    }
    return withPrecision(
        Engines.areMadeFor(Precision.BFLOAT16) ? Precision.BFLOAT16 : Precision.FLOAT32);
  }

  /**
   * Returns the settings for activations whose last bits decide about weights, such as latents that
   * a network learns: float32 on one thread, as the last bits of convolutions depend on the number
   * of threads.
   */
  public Compute repeatable() {
    return withPrecision(Precision.FLOAT32).withThreads(Threads.of(1));
  }

  /** Returns the same settings with a folder of packed weights, or without one. */
  public Compute withPacked(Optional<Path> folder) {
    return new Compute(engine, threads, precision, folder);
  }
}
