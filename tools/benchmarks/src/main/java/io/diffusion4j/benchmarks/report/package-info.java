/**
 * The rows of a measurement, their figures, and the table in which they are printed.
 *
 * <pre>{@code
 * var pace = new Pace(2, 5, Duration.ofSeconds(1));
 * double[] values = new double[1 << 20];
 * double millis = pace.median(() -> Arrays.sort(values));
 * Row row = Row.of("sorting").with(Figure.MILLISECONDS, millis);
 * Table.writeJson(Path.of("rows.json"), List.of(row));
 * }</pre>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.benchmarks.report.Pace} is the number of runs: those of the warm-up,
 *       the most that are measured, and a time limit that applies after three. It measures the
 *       median.
 *   <li>{@link io.diffusion4j.benchmarks.report.Row} is one line: a name, batch size and number
 *       format where they apply, and figures. It is immutable; {@code with} returns a row with one
 *       more figure.
 *   <li>{@link io.diffusion4j.benchmarks.report.Figure} is a quantity with its header, format and
 *       key in JSON.
 *   <li>{@link io.diffusion4j.benchmarks.report.Table} prints rows for people and writes JSON for
 *       programs.
 *   <li>{@link io.diffusion4j.benchmarks.report.Percentiles} has medians and quantiles of measured
 *       values.
 * </ul>
 *
 * <p>The median is measured rather than the mean, because a pause of the collector or another
 * process would move the mean. A speed is given with the fraction of the machine's peak: {@code
 * Row.took} computes both from the number of operations.
 *
 * <p>To add a quantity, add a constant to {@link io.diffusion4j.benchmarks.report.Figure}; the
 * table and the JSON have a column for it. The keys in JSON are stable, because charts are made
 * from them.
 *
 * <p>Statistics with intervals, for the quality of models, are in {@code
 * io.diffusion4j.evaluation}; micro-benchmarks by JMH are in {@code
 * io.diffusion4j.benchmarks.samplers}.
 */
@NullMarked
package io.diffusion4j.benchmarks.report;

import org.jspecify.annotations.NullMarked;
