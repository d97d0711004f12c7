/**
 * Recipes that train the parts of unCLIP, on any data set and at any sizes.
 *
 * <p>A {@link io.diffusion4j.training.preset.Preset} has the sizes and schedules, a {@link
 * io.diffusion4j.data.DataSet} the pictures and captions. {@link io.diffusion4j.training.Recipe}
 * trains one {@link io.diffusion4j.training.Part} after the other, each from what the earlier ones
 * left in the model folder:
 *
 * <pre>{@code
 * DataSet data = new Shuffled(PictureFolder.of("data", Path.of("pictures")));
 * var recipe = new Recipe(preset, Path.of("model"), Path.of("state"));
 * for (Part part : Part.values()) {
 *   recipe.train(PartSetup.of(part, data), recipe.config(part), 100, observer);
 * }
 * }</pre>
 *
 * <p>How a part is trained, where there is a choice, is in its {@link
 * io.diffusion4j.training.Techniques}; {@link io.diffusion4j.training.PartSetup} changes them, and
 * those of the data, by the names of the command line. The state of an unfinished training is kept
 * in a folder of its own, from which the same call goes on.
 *
 * <p>The loop, optimizers and states are not here, nor the networks.
 */
@NullMarked
package io.diffusion4j.training;

import org.jspecify.annotations.NullMarked;
