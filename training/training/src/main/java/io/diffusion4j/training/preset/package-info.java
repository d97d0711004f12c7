/**
 * Presets: the sizes of all networks and the schedules of their trainings, read from a file.
 *
 * <p>A {@link io.diffusion4j.training.preset.Preset} is a value with a section for each part: CLIP,
 * the two priors, decoder, upsampler and DDPM. A section has the sizes of its network and a {@link
 * io.diffusion4j.training.preset.Preset.Schedule}, which contains steps, batch size, learning rate,
 * optimizer and seed. From these numbers a preset derives the configurations that the networks
 * need:
 *
 * <pre>{@code
 * Preset preset = Preset.read(Path.of("my-sizes.yaml"));
 * Backbone decoder = preset.decoderConfig(); // a U-Net or a DiT, as the file chooses
 * TrainingConfig training = preset.decoder().training().config();
 * }</pre>
 *
 * <p>Numbers that must agree are stated once. For example, the width of the embedding is a number
 * of {@link io.diffusion4j.training.preset.ClipPreset}, and the inputs of prior and decoder follow
 * from it.
 *
 * <p>A preset is complete and valid once it is read. Unknown keys are errors, sizes of networks
 * that must fit each other are checked across sections, and all faults of a file are reported at
 * once. The section {@code ddpm} is optional, and an error names it if a DDPM is trained without
 * it. {@code docs/preset.schema.json} describes the keys for editors.
 *
 * <p>A preset contains no pictures: the data set is a separate argument of {@link
 * io.diffusion4j.training.ModelTraining}, and the presets of emoji art are in {@code
 * io.diffusion4j.emoji.train}. Presets are files rather than classes, so other sizes need no
 * recompilation. The techniques of a run, such as what a network predicts, are not part of a
 * preset; they are options of the command line.
 */
@NullMarked
package io.diffusion4j.training.preset;

import org.jspecify.annotations.NullMarked;
