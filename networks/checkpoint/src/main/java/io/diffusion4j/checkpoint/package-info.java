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
 * <h2>Reading</h2>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.checkpoint.SafetensorsFile} and {@link
 *       io.diffusion4j.checkpoint.TorchFile} each read one file; {@code Checkpoint.open} selects
 *       the format, and joins sharded files. Files are memory-mapped, and a tensor is read when it
 *       is used.
 *   <li>{@link io.diffusion4j.checkpoint.TensorSource} is the common interface. It has views that
 *       rename or leave out tensors; a {@link io.diffusion4j.checkpoint.TensorMap} derives others.
 *   <li>Torch files are read as data: pickles are parsed, and nothing in them is looked up or
 *       executed.
 * </ul>
 *
 * <h2>Writing</h2>
 *
 * <p>{@link io.diffusion4j.checkpoint.SafetensorsWriter} writes tensors one by one, so a model need
 * not fit the heap, and {@link io.diffusion4j.checkpoint.ConfigWriter} writes {@code config.json}.
 * A file replaces its predecessor atomically, and can carry a CRC-32C of its contents.
 *
 * <h2>Hostile files</h2>
 *
 * <p>Every size, offset and name in a file is checked before it is used. A {@link
 * io.diffusion4j.checkpoint.CheckpointException} names the file and lists all faults; a failure of
 * the disk is an {@link java.io.UncheckedIOException}.
 *
 * <p>The package does not interpret tensors: networks and their keys belong to the modules of the
 * models. Low-rank updates are in {@code io.diffusion4j.checkpoint.lora}; downloads are in {@code
 * io.diffusion4j.hub}.
 */
@NullMarked
package io.diffusion4j.checkpoint;

import org.jspecify.annotations.NullMarked;
