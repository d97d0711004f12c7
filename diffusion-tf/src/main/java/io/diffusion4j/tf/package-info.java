/**
 * The engine on TensorFlow. It has every layer and runs on every supported machine, so it is the
 * fallback for networks that faster engines do not support.
 *
 * <p>{@link io.diffusion4j.tf.TensorFlowEngine} is found by the service loader, so code never names
 * this module; an engine can be selected by name:
 *
 * <pre>{@code
 * try (var network =
 *     new CompiledNetwork(
 *         definition, weights, Compute.of(Precision.FLOAT32).withEngine("tensorflow"))) {
 *   List<float[]> outputs = network.run(batch);
 * }
 * }</pre>
 *
 * <p>{@code io.diffusion4j.tf.graph} translates layers to TensorFlow operations, {@code
 * io.diffusion4j.tf.train} trains with them. A network is a graph that is built once; its weights
 * are constants of the graph, or, if they are too large, fed tensors.
 *
 * <p>{@link io.diffusion4j.tf.Sessions} is the only place where threads and devices are configured.
 * The threads within an operation belong to the process: the first session sets their number. A
 * network is thread-safe, and closing it returns its native memory to the system.
 *
 * <p>The same batch on the same threads gives the same bits. A row may differ in its last bits in
 * another batch, and so may a picture.
 *
 * <p>{@code doctor --machine} lists the devices that TensorFlow finds besides the processors.
 *
 * <p>There are no eager operations and no saved models: checkpoints are safetensors.
 */
@NullMarked
package io.diffusion4j.tf;

import org.jspecify.annotations.NullMarked;
