/**
 * Training: gradients, AdamW and Muon, moving averages, checkpoints that resume to the bit.
 *
 * <p>Starting points: {@link io.diffusion4j.nn.train.Objective}, what is minimised; {@link
 * io.diffusion4j.nn.train.TrainingRun}, the loop that minimises it.
 */
@NullMarked
package io.diffusion4j.nn.train;

import org.jspecify.annotations.NullMarked;
