package io.diffusion4j.tf;

import io.diffusion4j.tf.nn.NamedTensors;
import io.diffusion4j.tf.nn.Precision;
import java.util.Optional;

/** TensorFlow: it runs every network, on every machine that this program runs on. */
public final class TensorFlowEngine implements Engine {
  @Override
  public String name() {
    return "tensorflow";
  }

  @Override
  public Optional<String> unavailable(Precision precision) {
    return Optional.empty();
  }

  @Override
  public Executable compile(Network network, NamedTensors weights, Precision precision) {
    return new TensorFlowNetwork(network, weights, precision);
  }
}
