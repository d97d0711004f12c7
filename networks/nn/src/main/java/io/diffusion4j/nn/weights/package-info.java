/**
 * Parameters of networks, and their files.
 *
 * <p>A {@link io.diffusion4j.nn.weights.Parameter} is one weight of a network: its checkpoint key,
 * its shape, its {@link io.diffusion4j.nn.weights.Layout} in memory, and its {@link
 * io.diffusion4j.nn.weights.Init initial value} before training. Values come from a {@link
 * io.diffusion4j.checkpoint.TensorSource}, by key and in PyTorch's order of axes. Loading is
 * strict: {@link io.diffusion4j.nn.weights.Differences} reports missing, unused and misshapen
 * tensors in one error.
 */
@NullMarked
package io.diffusion4j.nn.weights;

import org.jspecify.annotations.NullMarked;
