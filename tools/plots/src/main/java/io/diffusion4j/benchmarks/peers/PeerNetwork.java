package io.diffusion4j.benchmarks.peers;

import io.diffusion4j.nn.Batch;
import java.util.List;

/** A network that is open in an engine. */
interface PeerNetwork extends AutoCloseable {
  /**
   * Runs the network: from inputs on the heap to outputs on the heap.
   *
   * @return the values of each output, row-major
   */
  List<float[]> run(Batch batch);

  @Override
  void close();
}
