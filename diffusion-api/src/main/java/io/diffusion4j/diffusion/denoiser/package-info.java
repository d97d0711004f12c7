/**
 * The seam between sampling and networks. Samplers use a network only as a {@link
 * io.diffusion4j.diffusion.denoiser.Denoiser}: noisy samples in, predictions out.
 *
 * <p>Each {@link io.diffusion4j.diffusion.denoiser.Query} has its own noisy sample, time and
 * condition, and its prediction must not depend on the other queries of the call. Therefore one
 * call may mix requests with different prompts, samplers and steps, and a sample is the same alone
 * and in a batch.
 *
 * <p>To change a network's behaviour, wrap it. Here the queries of many threads share the network's
 * batches, and each query is guided:
 *
 * <pre>{@code
 * try (var shared = new BatchingDenoiser<>("decoder", network, 16, 256)) {
 *   var guided = new GuidedDenoiser<>(shared); // two queries of the network for each of its own
 *   var query = new Query<>(xt, 500, new Guidance<>(caption, empty, 3));
 *   Prediction prediction = guided.predict(List.of(query)).get(0);
 *   float[] output = prediction.output(); // ε, x₀ or v: network.parameterization()
 * }
 * }</pre>
 *
 * <p>Samples are {@code float[]} rows in channels-last order. A denoiser must not modify the rows
 * of its queries: they belong to the trajectories. Whether a denoiser may be shared between threads
 * is its own decision; the batching one may.
 */
@NullMarked
package io.diffusion4j.diffusion.denoiser;

import org.jspecify.annotations.NullMarked;
