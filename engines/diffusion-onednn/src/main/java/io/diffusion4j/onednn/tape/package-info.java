/**
 * Networks with their derivatives, as tapes of kernels: each layer adds its forward and its
 * backward kernels, and a tape is played in both directions.
 *
 * <p>A tape is reverse-mode differentiation of a program that never changes. All kernels, their
 * memory and their order are fixed before the first pass. A gradient is that of the sum of the
 * outputs, each times the gradient that is set for it:
 *
 * <pre>{@code
 * var team = WorkerPool.of(Threads.all());
 * try (var scope = new Scope()) {
 *   var tapes =
 *       team.call(
 *           () ->
 *               SharedTapes.compile(
 *                   team,
 *                   scope,
 *                   network,
 *                   batch.rows(),
 *                   team.size(), // shares of the rows
 *                   DataType.BFLOAT16,
 *                   TrainingConfig.Activations.KEPT,
 *                   parameters::get,
 *                   Set.of("xt"),
 *                   1)); // output
 *   tapes.forward(batch);
 *   float[] ones = new float[batch.rows()];
 *   Arrays.fill(ones, 1);
 *   tapes.backward(List.of(ones));
 *   float[] gradient = tapes.gradient("xt");
 * }
 * }</pre>
 *
 * <p>Gradients are summed in a fixed order, so they have the same bits for the same shares.
 */
@NullMarked
package io.diffusion4j.onednn.tape;

import org.jspecify.annotations.NullMarked;
