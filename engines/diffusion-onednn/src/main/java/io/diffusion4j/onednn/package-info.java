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
 * <p>The running engine has all layers but those of losses and classifiers, and needs AVX2;
 * training and gradients need AVX-512. Other networks and machines use TensorFlow. GPUs are not
 * supported.
 */
@NullMarked
package io.diffusion4j.onednn;

import org.jspecify.annotations.NullMarked;
