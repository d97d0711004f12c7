/**
 * Reports of an evaluation: a table as text or JSON, and web pages with pictures.
 *
 * <pre>{@code
 * TextReport.lines(result.metrics()).forEach(System.out::println);
 * JsonReport.write(Path.of("quality.json"), Map.of("model", "emoji"), result.metrics());
 * HtmlReport.write(Path.of("report"), Map.of("model", "emoji"), result);
 * }</pre>
 *
 * <p>{@link io.diffusion4j.evaluation.report.HtmlReport} shows every picture beside a real one of
 * its scene, and {@link io.diffusion4j.evaluation.report.DataSetReport} beside the real one of its
 * caption. A folder written by them can be measured again: it has the layout of {@link
 * io.diffusion4j.evaluation.report.CaptionedFolder}.
 */
@NullMarked
package io.diffusion4j.evaluation.report;

import org.jspecify.annotations.NullMarked;
