/**
 * The engines that run networks, and the values that choose among them.
 *
 * <p>A {@link io.diffusion4j.nn.engine.Compute} says how a model computes. {@link
 * io.diffusion4j.nn.engine.CompiledNetwork} compiles a definition for it:
 *
 * <pre>{@code
 * var compute = Compute.of(Precision.BFLOAT16).withThreads(Threads.of(2));
 * try (var network = new CompiledNetwork(definition, weights, compute)) {
 *   List<float[]> outputs = network.run(new Batch(rows).floats("x", x));
 * }
 * }</pre>
 *
 * <p>An {@link io.diffusion4j.nn.engine.Engine} is found by {@link java.util.ServiceLoader}. One of
 * them is the last resort: it has every layer, and takes the networks that the others refuse.
 * {@link io.diffusion4j.nn.engine.NetworkDenoiser} is a compiled network as the denoiser that
 * samplers ask.
 */
@NullMarked
package io.diffusion4j.nn.engine;

import org.jspecify.annotations.NullMarked;
