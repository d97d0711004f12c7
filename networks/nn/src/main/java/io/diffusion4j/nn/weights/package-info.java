/**
 * Parameters of networks, and the sources of their values.
 *
 * <p>A {@link io.diffusion4j.nn.weights.Parameter} is one weight of a network: its checkpoint key,
 * its shape, its {@link io.diffusion4j.nn.weights.Layout} in memory, and its {@link
 * io.diffusion4j.nn.weights.Init initial value} before training. {@link
 * io.diffusion4j.nn.weights.NamedTensors} are values by key, in PyTorch's order of axes.
 *
 * <pre>{@code
 * try (var file = Checkpoint.open(Path.of("model/decoder"))) {
 *   NamedTensors all = new CheckpointTensors(file.path(), file);
 *   float[] bias = all.read("conv_in.bias");
 * }
 * }</pre>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.nn.weights.CheckpointTensors} reads a file, {@link
 *       io.diffusion4j.nn.weights.TensorMap} holds arrays on the heap.
 *   <li>{@link io.diffusion4j.nn.weights.WithoutPrefix} and {@link
 *       io.diffusion4j.nn.weights.Renamed} wrap other tensors, for files with several networks or
 *       other names.
 *   <li>{@link io.diffusion4j.nn.weights.Differences} compares the tensors of a file with the
 *       parameters of a network. Loading is strict: missing, unused and misshapen tensors are all
 *       reported in one error.
 * </ul>
 *
 * <p>Reading and writing of file formats is in {@code io.diffusion4j.checkpoint}.
 */
@NullMarked
package io.diffusion4j.nn.weights;

import org.jspecify.annotations.NullMarked;
