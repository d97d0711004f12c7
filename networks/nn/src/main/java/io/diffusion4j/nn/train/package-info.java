/**
 * Training: gradients, AdamW and Muon, moving averages, and checkpoints that resume bit for bit.
 *
 * <p>An {@link io.diffusion4j.nn.train.Objective} is a network and its loss in the vocabulary of
 * {@link io.diffusion4j.nn.Nn}. A {@link io.diffusion4j.nn.train.BatchSource} returns the batch of
 * a step. A {@link io.diffusion4j.nn.train.Trainer} makes single steps, and a {@link
 * io.diffusion4j.nn.train.TrainingRun} repeats them, saves the state and resumes from it.
 *
 * <pre>{@code
 * var config = TrainingConfig.of(1000, 64, 3e-4, 7); // steps, batch size, learning rate, seed
 * try (var trainer = new Trainer(objective, config);
 *     var run = new TrainingRun(trainer, config, batches, Path.of("state"), 100)) {
 *   run.run((step, report) -> System.out.println(step + " " + report.loss()));
 *   TensorSource weights = trainer.averagedWeights();
 * }
 * }</pre>
 *
 * <ul>
 *   <li>A batch is a pure function of the step. So a resumed run sees the same data as an
 *       uninterrupted one and ends with the same weights.
 *   <li>{@code TrainingRun.stop} may be called from any thread. The run ends after the current step
 *       and saves its state.
 *   <li>A state folder belongs to one run at a time; a second run is refused.
 *   <li>A loss or gradient that is not finite ends the run with a {@link
 *       io.diffusion4j.nn.train.DivergedException}. The last good state is kept.
 * </ul>
 */
@NullMarked
package io.diffusion4j.nn.train;

import org.jspecify.annotations.NullMarked;
