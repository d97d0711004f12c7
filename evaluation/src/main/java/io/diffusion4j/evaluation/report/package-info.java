/**
 * What an evaluation found, for people and for programs: a table, JSON, and pages with pictures.
 *
 * <p>Starting points: {@link io.diffusion4j.evaluation.report.TextReport}, {@link
 * io.diffusion4j.evaluation.report.JsonReport}, {@link io.diffusion4j.evaluation.report.HtmlReport}
 * and {@link io.diffusion4j.evaluation.report.CaptionedFolder}.
 */
@NullMarked
package io.diffusion4j.evaluation.report;

import org.jspecify.annotations.NullMarked;
