/**
 * Training on TensorFlow: a step is one run of a graph that holds network, loss, gradients and
 * updates.
 *
 * <p>{@link io.diffusion4j.tf.train.TensorFlowTrainingEngine} is found by itself. {@link
 * io.diffusion4j.tf.train.EventWriter} writes the files that TensorBoard reads.
 */
@NullMarked
package io.diffusion4j.tf.train;

import org.jspecify.annotations.NullMarked;
