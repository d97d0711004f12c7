package io.diffusion4j.nn.engine;

import io.diffusion4j.nn.Batch;
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
   * @throws io.diffusion4j.diffusion.denoiser.NativeOutOfMemoryException if the batch needs more
   *     memory than there is
   */
  List<float[]> run(Batch batch);

  /**
   * Runs the network and returns the time of each operation, which makes the call a little slower.
   *
   * @throws IllegalStateException if the engine does not measure its operations
   */
  default List<OperationTime> trace(Batch batch) {
    throw new IllegalStateException(
        getClass().getSimpleName() + ": operations are not timed (expected: by tensorflow)");
  }

  @Override
  void close();
}
