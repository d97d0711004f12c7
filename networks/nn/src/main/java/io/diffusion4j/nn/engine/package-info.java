/**
 * Engines, which compile networks and run them, and the settings of a computation.
 *
 * <pre>{@code
 * var compute = Compute.of(Precision.BFLOAT16).withThreads(Threads.of(2));
 * try (var network = new CompiledNetwork(definition, weights, compute)) {
 *   List<float[]> outputs = network.run(new Batch(rows).floats("x", x));
 * }
 * }</pre>
 *
 * <p>An {@link io.diffusion4j.nn.engine.Engine} is found by {@link java.util.ServiceLoader}, so
 * this package depends on none. {@link io.diffusion4j.nn.engine.Engines} picks the engine of a
 * network: the one named in the {@code Compute}, or else the first that supports all layers of the
 * network. One engine is marked as the last resort; it supports every layer.
 *
 * <p>Two models that get the same {@link io.diffusion4j.nn.engine.Threads} share its threads and
 * take turns. Two models with different {@code Threads} compute at the same time.
 *
 * <p>Compiled networks are thread-safe and hold native memory until they are closed. Rows of a
 * batch do not affect each other.
 */
@NullMarked
package io.diffusion4j.nn.engine;

import org.jspecify.annotations.NullMarked;
