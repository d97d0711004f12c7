/**
 * Presets: the sizes of all networks and the schedules of their trainings, read from a file.
 *
 * <p>{@link io.diffusion4j.training.preset.Preset} is the whole; each part has a record of its own.
 * A file has the same structure: a key {@code head-width} for the component {@code headWidth}. Its
 * JSON schema is {@code docs/preset.schema.json}. Faults are reported all at once, by path:
 *
 * <pre>
 * small.yaml: 2 faults
 *   decoder.channels[1]: "64x" (expected: a whole number)
 *   clip.image.patch: 7 (expected: a divisor of size 32)
 * </pre>
 *
 * <p>What a data set shows is not part of a preset. A data set that has settings of its own takes
 * them from a section of the same {@link io.diffusion4j.training.strict.RecordFile}.
 */
@NullMarked
package io.diffusion4j.training.preset;

import org.jspecify.annotations.NullMarked;
