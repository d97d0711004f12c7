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
 *
 * <ul>
 *   <li>A checkpoint is a source, and so is a {@link io.diffusion4j.checkpoint.TensorMap}, which
 *       holds arrays on the heap or derives tensors from others.
 *   <li>The views {@code only}, {@code renamed} and {@code withoutPrefix} of any source serve files
 *       with several networks or other names.
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
