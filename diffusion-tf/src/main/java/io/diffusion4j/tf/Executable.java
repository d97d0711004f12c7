package io.diffusion4j.tf;

import java.util.List;

/**
 * A network with its weights in an engine, ready to run. Safe for use by several threads at once.
 * The native memory is held until {@link #close}; a run after that is an {@link
 * IllegalStateException}.
 */
public interface Executable extends AutoCloseable {
  /**
   * Runs the network.
   *
   * @return for each output the whole batch, row-major
   * @throws IllegalArgumentException if the batch does not have exactly the network's inputs
   * @throws io.diffusion4j.diffusion.denoiser.NoMemoryException if the batch needs more memory than
   *     there is
   */
  List<float[]> run(Batch batch);

  @Override
  void close();
}
