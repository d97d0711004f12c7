/**
 * Statistics of a set of pictures, computed before a model is trained on it.
 *
 * <p>A training takes hours; a look at its data takes minutes and finds what would spoil it: broken
 * files, pictures smaller than the model's, missing or endless captions, and copies of one picture.
 * {@link io.diffusion4j.evaluation.survey.Surveyor} reads each picture and caption once:
 *
 * <pre>{@code
 * var surveyor = new Surveyor(pictures, Optional.empty());
 * for (long i = 0; i < pictures.size(); i++) {
 *   surveyor.note(i, surveyor.look(i)); // look may run on several threads, note on one
 * }
 * Survey survey = surveyor.survey();
 * }</pre>
 *
 * <p>{@link io.diffusion4j.evaluation.survey.Survey} is the result. Sizes and lengths are {@link
 * io.diffusion4j.evaluation.survey.Spread}s: least, median and largest. Duplicates are pictures with
 * the same pixels, found by a hash; scaled or recompressed copies are not found.
 *
 * <p>With a {@link io.diffusion4j.evaluation.survey.Surveyor.Model}, the survey also counts the
 * captions that are too long for the model's tokenizer, and lists the words that the model was not
 * trained with.
 *
 * <p>Memory holds a hash and a few numbers of each picture and the distinct words, but no pixels. A
 * picture that cannot be read is counted as broken, with its name, and does not end the survey.
 *
 * <p>Nothing is removed or repaired: the survey is a report. {@code diffusion4j data} prints it, as
 * text or JSON, and {@code Survey.brokenShare} is the number by which that command decides its exit
 * status.
 */
@NullMarked
package io.diffusion4j.evaluation.survey;

import org.jspecify.annotations.NullMarked;
