package io.diffusion4j.benchmarks.peers;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import java.util.List;

/** A network in an engine of ours. */
record OwnEngineRunner(CompiledNetwork network) implements PeerNetwork {
  static OwnEngineRunner open(PeerSubject subject, Compute compute) {
    return new OwnEngineRunner(new CompiledNetwork(subject.network(), subject.weights(), compute));
  }

  @Override
  public List<float[]> run(Batch batch) {
    return network.run(batch);
  }

  @Override
  public void close() {
    network.close();
  }
}
