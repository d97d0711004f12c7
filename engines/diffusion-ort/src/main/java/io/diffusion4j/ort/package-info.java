/**
 * The engine that runs networks on ONNX Runtime, for processors and devices that the other engines
 * do not support.
 *
 * <p>It is found by the service loader and used only on request, since it is not known to be the
 * fastest engine on any machine. Code never names this module:
 *
 * <pre>{@code
 * var compute = Compute.of(Precision.FLOAT32).withEngine("ort");
 * try (var network = new CompiledNetwork(definition, weights, compute)) {
 *   List<float[]> outputs = network.run(batch);
 * }
 * }</pre>
 *
 * <p>Networks with the same {@link io.diffusion4j.nn.engine.Threads} take turns; each session has
 * this number of threads, which sleep between runs.
 *
 * <p>The same batch on the same threads gives the same bits. A row may differ in its last bits in
 * another batch, and so may a picture. Only processors are tested; the other providers follow ONNX
 * Runtime's documentation.
 */
@NullMarked
package io.diffusion4j.ort;

import org.jspecify.annotations.NullMarked;
