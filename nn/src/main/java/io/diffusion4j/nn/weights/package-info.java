/**
 * Parameters of networks, and where their values come from.
 *
 * <p>A {@link io.diffusion4j.nn.weights.Parameter} is what a network reads: a key, a shape, how it
 * lies in memory ({@link io.diffusion4j.nn.weights.Layout}) and what it is before training ({@link
 * io.diffusion4j.nn.weights.Init}). {@link io.diffusion4j.nn.weights.NamedTensors} are values by
 * key: of a file, of memory, or a part of either. {@link io.diffusion4j.nn.weights.Differences}
 * says how the two differ.
 */
@NullMarked
package io.diffusion4j.nn.weights;

import org.jspecify.annotations.NullMarked;
