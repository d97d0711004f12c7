/**
 * The judge: a small CLIP of its own that looks at pictures for {@code evaluate}, and its training.
 *
 * <p>A model must not be measured by a network that it was trained with: it may have learned that
 * network's mistakes. So the judge has its own architecture, a residual network and a bag of words,
 * its own seed and its own augmentation, and nothing but the evaluation depends on it. It answers
 * one question, which thing is in the picture; colours, numbers and positions are measured from
 * pixels in {@code io.diffusion4j.emoji.scene}. Compare a score with the ceiling in the same table,
 * the score of real drawings. The shipped judge is in {@code emoji/judge}.
 */
@NullMarked
package io.diffusion4j.evaluation.judge;

import org.jspecify.annotations.NullMarked;
