package io.diffusion4j.nn;

import java.util.List;

/**
 * The forward pass of a model, from named inputs to outputs. {@link Network#of} runs it once and
 * returns the model as data.
 */
@FunctionalInterface
public interface NetworkDefinition {
  /**
   * Defines the forward pass.
   *
   * @param nn the root of the checkpoint
   * @param inputs declares the inputs
   * @return the outputs, which are numbers
   */
  List<Tensor> define(Nn nn, Inputs inputs);

  /** Returns the name of the network in messages. */
  default String name() {
    return getClass().getSimpleName();
  }
}
