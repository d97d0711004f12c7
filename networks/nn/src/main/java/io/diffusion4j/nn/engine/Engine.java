package io.diffusion4j.nn.engine;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.UnsupportedLayerException;
import java.util.List;
import java.util.Optional;

/** Runs networks. Found by {@link java.util.ServiceLoader}; see {@link Engines}. */
public interface Engine {
  /** Returns the name of the engine on the command line. */
  String name();

  /**
   * Returns the reason why the engine cannot run here, or only slowly, in this precision; empty if
   * it can.
   */
  Optional<String> unavailable(Precision precision);

  /**
   * Whether it supports every layer on every machine, so that it is the fallback for networks that
   * the others refuse.
   */
  default boolean isLastResort() {
    return false;
  }

  /**
   * Whether {@link Engines#AUTO} may choose it. An engine that is not known to be the fastest on
   * some machine is used only on request.
   */
  default boolean isAutomatic() {
    return true;
  }

  /**
   * Returns the number format for which it exists: it computes in this format, whatever engine is
   * requested, and in no other. Empty for engines that are requested by their names.
   */
  default Optional<Precision> only() {
    return Optional.empty();
  }

  /**
   * Returns the instruction set of its arithmetic. With the same instruction set, precision and
   * number of threads, a row has the same bits on any machine and in any batch; empty if its bits
   * depend on more. An empty text if they do not even depend on these.
   */
  default Optional<String> instructionSet() {
    return Optional.empty();
  }

  /**
   * Returns the number of open native tensors, which the garbage collector does not see. A few
   * belong to the library itself, so only growth indicates a leak.
   */
  default long liveTensors() {
    return 0;
  }

  /**
   * Returns the devices beside processors on which the engine computes, each with its memory; empty
   * if it computes on processors only.
   *
   * @throws IllegalStateException if devices cannot be opened
   */
  default List<String> accelerators() {
    return List.of();
  }

  /**
   * Describes the libraries that the engine needs for accelerators: their versions, and which of
   * them are found on this machine; empty if it computes on processors only.
   */
  default Optional<String> acceleratorLibraries() {
    return Optional.empty();
  }

  /**
   * Compiles a network.
   *
   * @param compute its precision and threads; the named engine is this one
   * @throws io.diffusion4j.checkpoint.CheckpointException if the weights are not exactly the
   *     parameters of the network; the message lists all differences
   * @throws UnsupportedLayerException if the engine does not support one of the network's layers
   */
  default Executable compile(Network network, TensorSource weights, Compute compute) {
    return compile(network, List.of(), weights, compute).get(0);
  }

  /**
   * Compiles a network and variants of it, which share its weights. A variant takes memory for
   * activations from its first run on. Throws the exceptions of the other method.
   *
   * @param variants networks with the network's layers that have parameters, or some of them
   * @param compute the precision and threads of all; the named engine is this one
   * @return the network and its variants, in order; closing the network closes all
   */
  List<Executable> compile(
      Network network, List<Network> variants, TensorSource weights, Compute compute);

  /**
   * Compiles a network and a gradient. A run returns the network's outputs and, after them, the
   * gradient of the sum of the first output by an input. Rows do not interact, so each row has the
   * gradient of its own value.
   *
   * @param network its first output has a value for each row
   * @param input the name of an input of numbers
   * @param compute its precision and threads; the named engine is this one
   * @throws io.diffusion4j.checkpoint.CheckpointException as {@link #compile} does
   * @throws UnsupportedLayerException if the engine cannot differentiate one of the network's
   *     layers
   */
  default Executable compileWithGradient(
      Network network, String input, TensorSource weights, Compute compute) {
    throw new UnsupportedLayerException("gradients by inputs, in " + name());
  }
}
