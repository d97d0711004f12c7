/**
 * The table of an evaluation as text, JSON and a page with all pictures, and the measurement of
 * data sets other than emoji.
 *
 * <p>A report is a folder that {@link io.diffusion4j.evaluation.report.CaptionedFolder} reads
 * again, so pictures can be measured without the model.
 */
@NullMarked
package io.diffusion4j.evaluation.report;

import org.jspecify.annotations.NullMarked;
