/**
 * The judge: a small CLIP of its own that looks at pictures for {@code evaluate}, and its training.
 *
 * <p>No model is trained with it, so a model cannot learn to please it. {@link
 * io.diffusion4j.evaluation.judge.Judge} opens the one that ships, {@code emoji/judge}.
 */
@NullMarked
package io.diffusion4j.evaluation.judge;

import org.jspecify.annotations.NullMarked;
