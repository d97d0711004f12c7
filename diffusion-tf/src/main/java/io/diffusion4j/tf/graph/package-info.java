/**
 * Networks as graphs of TensorFlow: each layer in operations that are fast and have gradients.
 *
 * <p>Starting points: {@link io.diffusion4j.tf.graph.NetworkGraph}, a network in a graph; {@code
 * Lowering}, what each layer becomes; {@link io.diffusion4j.tf.graph.Weights}, where parameters
 * come from.
 */
@NullMarked
package io.diffusion4j.tf.graph;

import org.jspecify.annotations.NullMarked;
