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
 * <p>A model must not be measured by a network that it was trained with. So the judge has its own
 * architecture, seed and augmentation. {@link io.diffusion4j.evaluation.judge.CloseUp} crops the
 * largest thing of a picture, so the judge does not depend on sizes, places or numbers. {@link
 * io.diffusion4j.evaluation.judge.JudgeTraining} trains it.
 */
@NullMarked
package io.diffusion4j.evaluation.judge;

import org.jspecify.annotations.NullMarked;
