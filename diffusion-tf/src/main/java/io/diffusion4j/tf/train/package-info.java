/**
 * Training on TensorFlow: a step is one run of a graph that contains the network, the loss, the
 * gradients and the updates.
 *
 * <p>{@link io.diffusion4j.tf.train.TensorFlowTrainingEngine} is found by the service loader, so no
 * code names it. It trains every objective and is the fallback for those that faster engines do not
 * support. The parameters, the moments of the optimizer and the moving averages are variables of a
 * session, which the loop reads by their names to save the state.
 */
@NullMarked
package io.diffusion4j.tf.train;

import org.jspecify.annotations.NullMarked;
