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
 * samplers}, {@code images}, {@code server}, {@code data} and {@code loading}. {@code report} has
 * rows and figures, {@code process} measures separate processes. Quality is not measured here: see
 * {@code io.diffusion4j.evaluation}.
 */
@NullMarked
package io.diffusion4j.benchmarks;

import org.jspecify.annotations.NullMarked;
