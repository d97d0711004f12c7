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
 * <p>{@link io.diffusion4j.tf.Sessions} is the only place where threads and devices are configured.
 * The threads within an operation belong to the process: the first session sets their number. A
 * network is thread-safe, and closing it returns its native memory to the system.
 *
 * <p>The same batch on the same threads gives the same bits. A row may differ in its last bits in
 * another batch, and so may a picture.
 *
 * <p>A network is built for batches of any size, and its weights are constants of its graph, so
 * that kernels can keep them packed; very large ones are fed to each run, because a graph is
 * limited to 2 GB. A training step is one run of a graph that contains the network, the loss, the
 * gradients and the updates.
 */
@NullMarked
package io.diffusion4j.tf;

import org.jspecify.annotations.NullMarked;
