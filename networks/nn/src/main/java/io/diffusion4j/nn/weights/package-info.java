/**
 * Parameters of networks, and how they are compared with files.
 *
 * <p>A {@link io.diffusion4j.nn.weights.Parameter} is one weight of a network: its checkpoint key,
 * its shape, its {@link io.diffusion4j.nn.weights.Layout} in memory, and its {@link
 * io.diffusion4j.nn.weights.Init initial value} before training. Values come from a {@link
 * io.diffusion4j.checkpoint.TensorSource}, by key and in PyTorch's order of axes.
 *
 * <pre>{@code
 * try (var file = Checkpoint.open(Path.of("model/decoder"))) {
 *   float[] bias = file.read("conv_in.bias");
 * }
 * }</pre>
 */
@NullMarked
package io.diffusion4j.nn.weights;

import org.jspecify.annotations.NullMarked;
