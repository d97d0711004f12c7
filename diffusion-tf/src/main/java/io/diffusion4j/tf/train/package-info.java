/**
 * Training on TensorFlow: a step is one run of a graph that contains the network, the loss, the
 * gradients and the updates.
 *
 * <p>{@link io.diffusion4j.tf.train.TensorFlowTrainingEngine} is found by the service loader.
 * {@link io.diffusion4j.tf.train.EventWriter} writes the event files of TensorBoard:
 *
 * <pre>{@code
 * try (var events = new EventWriter(Path.of("runs/decoder"))) {
 *   events.scalar("loss", step, loss);
 * }
 * }</pre>
 *
 * <p>{@link io.diffusion4j.tf.train.EventReader} reads them. The loop, checkpoints and schedules of
 * learning rates do not depend on an engine: see {@code io.diffusion4j.nn.train}.
 */
@NullMarked
package io.diffusion4j.tf.train;

import org.jspecify.annotations.NullMarked;
