/**
 * The training of unCLIP's parts, on any data set and at any sizes.
 *
 * <p>A {@link io.diffusion4j.training.ModelTraining} trains the {@link io.diffusion4j.training.Part
 * parts} of a {@link io.diffusion4j.training.preset.Preset} in their order, and writes each into a
 * model folder. Each part reads the earlier parts from this folder. The folder is a pipeline as
 * soon as it has all parts.
 *
 * <pre>{@code
 * Preset sizes = Preset.read(Path.of("my-sizes.yaml"));
 * DataSet data = new Shuffled(PictureFiles.open("data", List.of("pictures"), Columns.USUAL));
 * ModelTraining training = new ModelTraining(sizes, Path.of("my-model"), Path.of("my-state"));
 * for (Part part : Part.values()) {
 *   training.train(
 *       training.setup(part, data),
 *       training.config(part).withSteps(1000),
 *       100, // steps between two states
 *       (step, report) -> System.out.println(part + " " + step + ": " + report.loss()));
 * }
 * }</pre>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.training.PartSetup} is a part with its data set and {@link
 *       io.diffusion4j.training.PartTechniques techniques}, such as the prediction type.
 *   <li>{@code TrainingConfig} contains steps, batch size, optimizer and so on; {@code
 *       training.config(part)} returns that of the preset.
 *   <li>{@link io.diffusion4j.training.Inspection} validates on held-out pictures and draws
 *       previews along the way.
 *   <li>{@link io.diffusion4j.training.FrozenClip} replaces the training's own CLIP by a finished
 *       one.
 * </ul>
 *
 * <p>The loop, the optimizers and the states are in {@code io.diffusion4j.nn.train}; data sets are
 * in {@code io.diffusion4j.data}. Nothing here depends on emoji: the data set and presets of the
 * shipped model are in the module {@code emoji}.
 */
@NullMarked
package io.diffusion4j.training;

import org.jspecify.annotations.NullMarked;
