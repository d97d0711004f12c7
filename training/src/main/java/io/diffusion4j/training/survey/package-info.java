/**
 * Statistics of a set of pictures, computed before a model is trained on it.
 *
 * <p>{@link io.diffusion4j.training.survey.Surveyor} reads each picture and caption once. {@link
 * io.diffusion4j.training.survey.Survey} is the result: sizes, captions, duplicates and broken
 * files.
 *
 * <pre>{@code
 * var surveyor = new Surveyor(pictures, Optional.empty());
 * for (long i = 0; i < pictures.size(); i++) {
 *   surveyor.note(i, surveyor.look(i)); // look may run on several threads, note on one
 * }
 * Survey survey = surveyor.survey();
 * }</pre>
 */
@NullMarked
package io.diffusion4j.training.survey;

import org.jspecify.annotations.NullMarked;
