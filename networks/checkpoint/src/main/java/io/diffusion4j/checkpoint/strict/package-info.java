/**
 * Settings files in YAML or JSON, read into records with all faults reported at once.
 *
 * <p>{@link io.diffusion4j.checkpoint.strict.RecordFile} takes one section after the other. Unknown
 * keys, wrong types and exceptions of constructors are collected and thrown together by {@code
 * end}.
 *
 * <pre>{@code
 * record Size(int width, int height) {}
 *
 * RecordFile file = RecordFile.read(Path.of("my.yaml"));
 * Optional<Size> size = file.take("size", Size.class);
 * file.end(); // throws if anything was wrong
 * }</pre>
 *
 * <p>Values are numbers, booleans, texts, enums, lists, and records of these. There are no anchors,
 * includes or variables. The {@code config.json} of published models, in which unknown keys may be
 * harmless, is read by {@code io.diffusion4j.checkpoint.ComponentConfig} instead.
 *
 * <p>Component names of a record become keys in kebab case. A component marked {@code Nullable} may
 * be missing; there are no other defaults. {@link io.diffusion4j.checkpoint.strict.Faults} collects
 * faults within a constructor.
 */
@NullMarked
package io.diffusion4j.checkpoint.strict;

import org.jspecify.annotations.NullMarked;
