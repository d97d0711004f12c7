/**
 * Presets: the sizes of all networks and the schedules of their trainings, read from a file.
 *
 * <pre>{@code
 * Preset preset = Preset.read(Path.of("my-sizes.yaml"));
 * Backbone decoder = preset.decoderConfig();
 * }</pre>
 *
 * <p>{@link io.diffusion4j.training.preset.Preset} is complete and valid once it is read: sizes of
 * networks that must fit each other are checked across sections, and all faults of a file are
 * reported at once. {@code docs/preset.schema.json} describes the keys for editors.
 */
@NullMarked
package io.diffusion4j.training.preset;

import org.jspecify.annotations.NullMarked;
