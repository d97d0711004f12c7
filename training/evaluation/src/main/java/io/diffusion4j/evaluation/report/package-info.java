/**
 * Reports of an evaluation: a table as text or JSON, and web pages with pictures.
 *
 * <pre>{@code
 * TextReport.lines(result.metrics()).forEach(System.out::println);
 * JsonReport.write(Path.of("quality.json"), Map.of("model", "emoji"), result.metrics());
 * HtmlReport.write(Path.of("report"), Map.of("model", "emoji"), result);
 * }</pre>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.evaluation.report.TextReport} is for terminals: a line for each
 *       {@link io.diffusion4j.evaluation.Metric}, with its ceiling, floor and interval.
 *   <li>{@link io.diffusion4j.evaluation.report.JsonReport} is for programs: the same numbers, and
 *       facts about the run that the caller passes.
 *   <li>{@link io.diffusion4j.evaluation.report.HtmlReport} is for eyes: every picture beside a
 *       real one of its scene, with the questions that it passed and failed.
 *   <li>{@link io.diffusion4j.evaluation.report.DataSetReport} does the same for a data set without
 *       scenes: every picture beside the real one of its caption, and its nearest training picture.
 *   <li>{@link io.diffusion4j.evaluation.report.PairSheet} is one picture for a document: the first
 *       held-out prompts, without a selection.
 * </ul>
 *
 * <p>{@code TextReport.sweep} and {@code JsonReport.writeSweep} take {@link
 * io.diffusion4j.evaluation.report.SweepPoint}s, evaluations that differ in some settings.
 *
 * <p>A folder written by a report can be measured again, because it has the layout of {@link
 * io.diffusion4j.evaluation.report.CaptionedFolder}: picture files, and a file with the caption of
 * each. So pictures of other programs can be measured with the same code.
 *
 * <p>Reports are static files that load nothing from other hosts. Nothing is measured here: see
 * {@code io.diffusion4j.evaluation} and {@code io.diffusion4j.evaluation.space}. Charts of sweeps
 * are drawn by the command line.
 */
@NullMarked
package io.diffusion4j.evaluation.report;

import org.jspecify.annotations.NullMarked;
