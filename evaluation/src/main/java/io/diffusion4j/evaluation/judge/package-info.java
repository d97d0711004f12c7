/**
 * The judge: a contrastive model of pictures and captions that measures other models and is used
 * for nothing else. It has another architecture, other augmentation and another seed than the CLIP
 * of the pipeline, which can know nothing of it: no module that trains or draws depends on this.
 *
 * <p>Starting points: {@link io.diffusion4j.evaluation.judge.Judge}, the judge at work; {@link
 * io.diffusion4j.evaluation.judge.JudgeObjective}, how it learns; {@link
 * io.diffusion4j.evaluation.judge.JudgeRecipe}, the training as a whole.
 */
@NullMarked
package io.diffusion4j.evaluation.judge;

import org.jspecify.annotations.NullMarked;
