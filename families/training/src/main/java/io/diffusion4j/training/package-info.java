/**
 * The training of a family's components, on any data set and at any sizes.
 *
 * <p>A {@link io.diffusion4j.training.TrainableFamily} lists its {@link
 * io.diffusion4j.training.TrainableComponent components}, and is found by the service loader. A
 * {@link io.diffusion4j.training.ModelTraining} trains them in their order, at the sizes of a
 * {@link io.diffusion4j.training.Preset}, and writes each into a model folder, where the next one
 * reads it:
 *
 * <pre>{@code
 * Preset sizes = Preset.read(Path.of("my-sizes.yaml"));
 * DataSet data = new Shuffled(PictureFiles.open("data", List.of("pictures"), Columns.DEFAULT));
 * ModelTraining training = new ModelTraining(sizes, Path.of("my-model"), Path.of("my-state"));
 * for (TrainableComponent part : new UnclipTraining().components()) {
 *   training.train(
 *       training.setup(part, data),
 *       training.config(part).withSteps(1000),
 *       100, // steps between two states
 *       (step, report) -> System.out.println(part.word() + " " + step + ": " + report.loss()));
 * }
 * }</pre>
 *
 * <p>The loop, the optimizers and the states are in {@code io.diffusion4j.nn.train}; data sets are
 * in {@code io.diffusion4j.data}. Nothing here depends on a family or a data set.
 */
@NullMarked
package io.diffusion4j.training;

import org.jspecify.annotations.NullMarked;
