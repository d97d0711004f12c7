/**
 * How well a model draws what it is told, as numbers that anyone can recompute.
 *
 * <p>Starting points: {@link io.diffusion4j.evaluation.PromptSet}, what is asked of a model; {@link
 * io.diffusion4j.evaluation.Question}, what is asked of each picture; {@link
 * io.diffusion4j.evaluation.Evaluation}, the table as a whole.
 */
@NullMarked
package io.diffusion4j.evaluation;

import org.jspecify.annotations.NullMarked;
