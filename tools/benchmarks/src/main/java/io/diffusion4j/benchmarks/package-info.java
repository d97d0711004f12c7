/**
 * Measurements of this machine: {@code diffusion4j bench}.
 *
 * <p>{@link io.diffusion4j.benchmarks.Bench} measures the peak of a convolution, and then networks,
 * training steps, start-up, images and samplers as fractions of that peak in the same run.
 * Fractions are comparable between machines; absolute times are not.
 *
 * <pre>
 *   diffusion4j bench --quick
 *   diffusion4j bench samplers --model emoji/model
 *   diffusion4j bench server
 * </pre>
 *
 * <p>Each subcommand is a class in one of the packages below, by subject: {@code networks}, {@code
 * samplers}, {@code images}, {@code server}, {@code data}, {@code cluster}, {@code loading} and
 * {@code peers}. {@code report} has rows and figures, {@code process} measures separate processes,
 * {@code options} has their shared options, and {@code torchscript} writes networks for libtorch.
 *
 * <p>The measurements have rules in common. Warm-up runs come first and do not count. A time is the
 * median of several runs, or the fastest of several turns. Alternatives take turns within a run, so
 * that other load affects all of them. What depends on a cold start or on memory is measured in
 * separate processes.
 *
 * <p>To add a measurement, write a class that returns {@link
 * io.diffusion4j.benchmarks.report.Row}s; then name it in {@code Measurements}, or as a subcommand
 * in {@link io.diffusion4j.benchmarks.Bench} if it takes long. Its test checks that it measures,
 * never how fast.
 *
 * <p>{@code docs/performance.md} explains the figures and has the published ones, with the command
 * for each. Quality is not measured here: see {@code io.diffusion4j.evaluation}. Nor are limits
 * checked in the build, where other load would make them fail.
 */
@NullMarked
package io.diffusion4j.benchmarks;

import org.jspecify.annotations.NullMarked;
