/**
 * Statistics of a set of pictures, computed before a model is trained on it. {@link
 * io.diffusion4j.evaluation.survey.DataSetStatisticsCollector} reads each picture and caption once:
 *
 * <pre>{@code
 * var surveyor = new DataSetStatisticsCollector(pictures, Optional.empty());
 * for (long i = 0; i < pictures.size(); i++) {
 *   surveyor.note(i, surveyor.look(i)); // look may run on several threads, note on one
 * }
 * Survey survey = surveyor.survey();
 * }</pre>
 *
 * <p>Memory holds a hash and a few numbers of each picture and the distinct words, but no pixels.
 * Nothing is removed or repaired: the survey is a report.
 */
@NullMarked
package io.diffusion4j.evaluation.survey;

import org.jspecify.annotations.NullMarked;
