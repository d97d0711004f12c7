package io.diffusion4j.nn.engine;

import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.weights.NamedTensors;
import java.util.Optional;

/** Runs networks. Found by {@link java.util.ServiceLoader}; see {@link Engines}. */
public interface Engine {
  /** The name of the engine on the command line. */
  String name();

  /** Why the engine cannot run here, or not well, in this precision; empty if it can. */
  Optional<String> unavailable(Precision precision);

  /**
   * Whether it has every layer and runs on every machine, so that networks which the others refuse
   * are left to it.
   */
  default boolean isLastResort() {
    return false;
  }

  /**
   * How many native tensors the engine has made and not yet closed, which the garbage collector
   * does not see. A few belong to the library itself, so that a leak shows as growth.
   */
  default long liveTensors() {
    return 0;
  }

  /**
   * Makes a network ready to run.
   *
   * @param compute its precision and threads; the engine of that name is this one
   * @throws io.diffusion4j.checkpoint.CheckpointException if the weights are not exactly the
   *     parameters of the network; the message lists all differences
   * @throws io.diffusion4j.nn.UnsupportedLayerException if the engine does not have one of the
   *     network's layers
   */
  Executable compile(Network network, NamedTensors weights, Compute compute);
}
