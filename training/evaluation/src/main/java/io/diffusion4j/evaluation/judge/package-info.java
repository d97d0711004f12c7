/**
 * The judge: a small contrastive model that names the thing in a picture, used for evaluation only.
 *
 * <pre>{@code
 * try (Judge judge = Judge.load(Path.of("emoji/judge"), Compute.of(Precision.FLOAT32))) {
 *   float[] picture = judge.images(List.of(image)).get(0);
 *   float[] apple = judge.texts(List.of("apple")).get(0); // unit vectors: the dot product is the score
 * }
 * }</pre>
 *
 * <p>A model must not be measured by a network that it was trained with: it may have learned that
 * network's mistakes. So the judge has its own architecture, a residual network and a bag of words,
 * its own seed and its own augmentation, and nothing but the evaluation depends on it.
 *
 * <ul>
 *   <li>{@link io.diffusion4j.evaluation.judge.Judge} is the trained judge, which holds native
 *       memory until it is closed.
 *   <li>{@link io.diffusion4j.evaluation.judge.CloseUp} crops the largest thing of a picture, so
 *       the score does not depend on sizes, places or numbers.
 *   <li>{@link io.diffusion4j.evaluation.judge.JudgeImageNetwork} and its text counterpart are the
 *       networks; {@link io.diffusion4j.evaluation.judge.JudgePreset} has their sizes.
 *   <li>{@link io.diffusion4j.evaluation.judge.JudgeTraining} trains a judge on emoji art and
 *       writes its folder. Its loss brings each picture nearest to its own name among the names of
 *       all concepts.
 * </ul>
 *
 * <p>The shipped judge is in {@code emoji/judge}, whose page has its accuracy on drawings that it
 * has not seen. The judge is far from perfect, so compare a score with the ceiling in the same
 * table, the score of real drawings.
 *
 * <p>The judge answers one question only: which thing is in the picture. Colours, numbers and
 * positions are measured from pixels in {@code io.diffusion4j.emoji.scene}, without a network. It
 * is not a filter of content, and it does not know photographs.
 */
@NullMarked
package io.diffusion4j.evaluation.judge;

import org.jspecify.annotations.NullMarked;
