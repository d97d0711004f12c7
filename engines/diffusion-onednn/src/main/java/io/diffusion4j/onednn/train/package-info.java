/**
 * Networks trained by oneDNN: a step plays their {@linkplain io.diffusion4j.onednn.tape tapes} in
 * both directions and updates the parameters.
 *
 * <p>Code names the engine at most, never the types of this package:
 *
 * <pre>{@code
 * TrainingConfig config =
 *     TrainingConfig.of(1000, 64, 3e-4, 7) // steps, batch size, learning rate, seed
 *         .withCompute(Compute.of(Precision.BFLOAT16).withEngine("onednn"));
 * try (var trainer = new Trainer(objective, config)) {
 *   Trainer.Report report = trainer.step(batches.batch(0));
 *   System.out.println(report.loss());
 * }
 * }</pre>
 *
 * <p>A loss is layers on the same tape, in float32. A loss of all rows together, such as a
 * contrastive one, has a tape of its own.
 *
 * <p>Gradients are summed in a fixed order, so a training with the same total number of threads
 * gives the same bits. With {@code Shares.FIXED}, the numbers of threads and processes do not
 * matter either.
 */
@NullMarked
package io.diffusion4j.onednn.train;

import org.jspecify.annotations.NullMarked;
