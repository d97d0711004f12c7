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
 * <p>{@link io.diffusion4j.ort.OrtEngine} has an engine for each provider: {@code ort} for
 * processors, {@code ort:cuda}, {@code ort:coreml} and {@code ort:directml}. A request for a
 * provider that the library lacks is an error of one line. A network is written by {@code
 * diffusion4j-onnx} to a temporary file, which the runtime maps and which is deleted once it is
 * open.
 *
 * <p>Networks with the same {@link io.diffusion4j.nn.engine.Threads} take turns; each session has
 * this number of threads, which sleep between runs.
 *
 * <p>The same batch on the same threads gives the same bits. A row may differ in its last bits in
 * another batch, and so may a picture. Only processors are tested; the other providers follow ONNX
 * Runtime's documentation.
 *
 * <p>Not here: training and gradients, which TensorFlow computes instead where they are needed, and
 * bfloat16, for which ONNX Runtime has no products on processors.
 */
@NullMarked
package io.diffusion4j.ort;

import org.jspecify.annotations.NullMarked;
