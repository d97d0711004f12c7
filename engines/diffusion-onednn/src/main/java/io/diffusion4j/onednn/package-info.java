/**
 * Two engines on oneDNN, which need no TensorFlow: {@link io.diffusion4j.onednn.OneDnnEngine} runs
 * networks, {@link io.diffusion4j.onednn.OneDnnTrainingEngine} trains them.
 *
 * <p>Both are found by the service loader, so code never names this module; an engine can be
 * selected by name:
 *
 * <pre>{@code
 * try (var network =
 *     new CompiledNetwork(definition, weights, Compute.of(Precision.BFLOAT16).withEngine("onednn"))) {
 *   List<float[]> outputs = network.run(batch);
 * }
 * }</pre>
 *
 * <ul>
 *   <li>{@code core} has native memory, descriptions, the team of threads, and checked calls.
 *   <li>{@code run} compiles networks to programs of fused primitives on packed weights.
 *   <li>{@code train} differentiates networks on tapes and updates their weights.
 * </ul>
 *
 * <p>In {@link io.diffusion4j.nn.engine.Precision#INT8} the products of most layers are of 8-bit
 * integers, on processors with VNNI or AMX. Weights are quantised while they are loaded,
 * activations with one scale for each sample while it is computed.
 *
 * <p>The running engine has all layers but those of losses and classifiers, and needs AVX-512;
 * other networks and machines use TensorFlow. GPUs are not supported.
 */
@NullMarked
package io.diffusion4j.onednn;

import org.jspecify.annotations.NullMarked;
