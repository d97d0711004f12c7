/**
 * The table of measurements, and the processes and repetitions behind its rows.
 *
 * <p>A {@link io.diffusion4j.benchmarks.report.Row} holds figures by their unit; {@link
 * io.diffusion4j.benchmarks.report.Table} prints rows and writes them as JSON. {@link
 * io.diffusion4j.benchmarks.report.RunCount} repeats several works in turns, and {@link
 * io.diffusion4j.benchmarks.report.JavaProcess} runs a measurement in a Java process of its own,
 * whose output of marked lines becomes figures.
 */
@NullMarked
package io.diffusion4j.benchmarks.report;

import org.jspecify.annotations.NullMarked;
