/**
 * Training on TensorFlow: a step is one run of a graph that contains the network, the loss, the
 * gradients and the updates.
 *
 * <p>{@link io.diffusion4j.tf.train.TensorFlowTrainingEngine} is found by the service loader, so no
 * code names it. It trains every objective and is the fallback for those that faster engines do not
 * support. The parameters, the moments of the optimizer and the moving averages are variables of a
 * session, which the loop reads by their names to save the state.
 *
 * <p>Gradients are TensorFlow's, except for the layers whose own gradients are faster: see {@code
 * io.diffusion4j.tf.graph}. If the rows of a step do not fit into memory, the loop passes several
 * batches, whose gradients are averaged before the update.
 *
 * <p>The loop, checkpoints and schedules of learning rates do not depend on an engine: see {@code
 * io.diffusion4j.nn.train}. Groups of processes are in {@code io.diffusion4j.distributed}.
 * TensorFlow's own checkpoints, optimizers and Keras are not used.
 */
@NullMarked
package io.diffusion4j.tf.train;

import org.jspecify.annotations.NullMarked;
