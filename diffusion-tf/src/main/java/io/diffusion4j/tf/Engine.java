package io.diffusion4j.tf;

import io.diffusion4j.tf.nn.NamedTensors;
import io.diffusion4j.tf.nn.Precision;
import java.util.Optional;

/** Something that runs networks: TensorFlow, or what computes the same without it. */
public interface Engine {
  /** What it is called on the command line. */
  String name();

  /** Why it cannot run here, or not well, in this precision; empty if it can. */
  Optional<String> unavailable(Precision precision);

  /**
   * Makes a network ready to run.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if the weights are not exactly those that
   *     the network asks for; the message lists all differences
   * @throws UnsupportedLayerException if it lacks one of the network's layers
   */
  Executable compile(Network network, NamedTensors weights, Precision precision);
}
