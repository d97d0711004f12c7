/**
 * Files that are read strictly: into records, with all faults reported at once.
 *
 * <p>{@link io.diffusion4j.training.strict.RecordFile} reads YAML, of which JSON is a part. A key
 * {@code a-key} belongs to each record component {@code aKey}; what a record cannot be is refused
 * by its own constructor, through {@link io.diffusion4j.training.strict.Faults}.
 *
 * <pre>{@code
 * record Size(int width, int height) {
 *   Size {
 *     new Faults()
 *         .require(width >= 1, "width", width, "≥ 1")
 *         .require(height >= 1, "height", height, "≥ 1")
 *         .throwIfAny();
 *   }
 * }
 *
 * var file = RecordFile.parse("size.yaml", "small: {width: 0, heigth: 3}");
 * Optional<Size> small = file.take("small", Size.class);
 * file.end(); // size.yaml: 2 faults: small.heigth: unknown …, small.height: missing …
 * }</pre>
 */
@NullMarked
package io.diffusion4j.training.strict;

import org.jspecify.annotations.NullMarked;
