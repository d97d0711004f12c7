/**
 * Model files as diffusers, transformers and torch publish them: tensors, settings and folders.
 *
 * <p>A {@link io.diffusion4j.checkpoint.ModelFolder} is a pipeline in diffusers' layout: {@code
 * model_index.json} and a folder for each component. A {@link io.diffusion4j.checkpoint.Checkpoint}
 * contains the tensors of one component, a {@link io.diffusion4j.checkpoint.ComponentConfig} its
 * settings.
 *
 * <pre>{@code
 * ModelFolder folder = ModelFolder.open(Path.of("emoji/model")).require("prior", "decoder");
 * try (Checkpoint decoder = folder.checkpoint("decoder")) {
 *   System.out.println(decoder.info("conv_in.weight").shape().length);
 * }
 * SchedulerConfig scheduler = folder.scheduler("decoder_scheduler");
 * }</pre>
 *
 * <p>Every size, offset and name in a file is checked before it is used. A {@link
 * io.diffusion4j.checkpoint.CheckpointException} names the file and lists all faults; a failure of
 * the disk is an {@link java.io.UncheckedIOException}.
 */
@NullMarked
package io.diffusion4j.checkpoint;

import org.jspecify.annotations.NullMarked;
