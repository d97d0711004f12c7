/**
 * Measurements of networks: calls, training steps, memory, numbers of operations, and profiles.
 *
 * <pre>{@code
 * var pace = new Pace(3, 10, Duration.ofSeconds(5)); // warm-up, runs, limit
 * double peak = ConvolutionPeak.measure(pace, 1).figure(Figure.GFLOPS).orElseThrow();
 * DecoderBenchmark.measure(
 *     DecoderSubject.small(), List.of(1, 8), pace, peak, row -> System.out.println(row.name()));
 * }</pre>
 *
 * <p>A {@link io.diffusion4j.benchmarks.networks.DecoderSubject} is the network to measure: that of
 * a folder, or one of three fixed sizes with random weights, S, M and XS. Speeds are fractions of
 * {@link io.diffusion4j.benchmarks.networks.ConvolutionPeak}, so they can be compared between
 * machines.
 *
 * <ul>
 *   <li>{@link io.diffusion4j.benchmarks.networks.DecoderBenchmark} measures one call of a
 *       denoiser, {@link io.diffusion4j.benchmarks.networks.GuidedStepBenchmark} one with the
 *       gradient of a classifier, and {@link io.diffusion4j.benchmarks.networks.TrainingBenchmark}
 *       one training step.
 *   <li>{@link io.diffusion4j.benchmarks.networks.NetworkCost} counts operations and bytes without
 *       running anything; {@code bench cost} prints them.
 *   <li>{@link io.diffusion4j.benchmarks.networks.MemoryBench} checks whether memory grows during a
 *       training, {@link io.diffusion4j.benchmarks.networks.CheckpointingBench} measures what
 *       gradient checkpointing costs and saves. Both run separate processes.
 *   <li>{@link io.diffusion4j.benchmarks.networks.Profile} divides the time of a call among
 *       TensorFlow's operations. {@link io.diffusion4j.benchmarks.networks.ProfileReport} writes it
 *       for the trace viewers of browsers.
 * </ul>
 *
 * <p>Operations count as in the literature: a multiplication and an addition are two, and a
 * training step counts as three forward passes. Layers whose cost is linear in the activations are
 * counted in bytes only.
 *
 * <p>To measure another network, make a subject of it. oneDNN's own profiles are not here: its
 * environment variable {@code ONEDNN_VERBOSE} prints them.
 */
@NullMarked
package io.diffusion4j.benchmarks.networks;

import org.jspecify.annotations.NullMarked;
