/**
 * Networks as TensorFlow graphs.
 *
 * <pre>{@code
 * NetworkGraph built =
 *     NetworkGraph.build(graph, network, weights, precision, Purpose.INFERENCE);
 * }</pre>
 *
 * <p>A network is built for batches of any size. {@link io.diffusion4j.tf.graph.Purpose} selects
 * between two sets of operations with the same values: for inference, operations that TensorFlow
 * fuses; for training, those whose intermediate values the gradient needs. Weights are frozen into
 * the graph as constants, so that kernels can keep them packed. Very large ones are fed to each run
 * instead, as {@link io.diffusion4j.tf.graph.FedWeights}, because a graph is serialised and limited
 * to 2 GB.
 */
@NullMarked
package io.diffusion4j.tf.graph;

import org.jspecify.annotations.NullMarked;
