/**
 * Measurements of reading weights from files.
 *
 * <pre>
 *   diffusion4j bench loading model.safetensors pytorch_model.bin
 * </pre>
 *
 * <p>{@link io.diffusion4j.benchmarks.loading.LoadingBench} measures how fast an engine reads the
 * tensors of files on one thread, once as numbers of 16 bits and once as float32, and how fast the
 * plain bytes of the same files can be read. If the first two are close to the third, conversion
 * costs nothing and the disk is the limit.
 *
 * <p>Files of different formats and types can be compared in one run: a safetensors file, a sharded
 * folder, a torch file. They take turns, so that other load affects all of them equally, and the
 * fastest turn counts. From the second turn on, the operating system has the files in its cache, so
 * the figures are those of the software. To measure the disk, drop the cache before the command and
 * set {@code --rounds 1}.
 *
 * <p>The files are opened anew in each turn, so the time includes the parsing of headers, and for
 * torch files that of the pickle. Values are converted in chunks on the heap, as an engine does
 * before it packs them.
 *
 * <p>To measure another way to read a file, add it to the map of readings in {@link
 * io.diffusion4j.benchmarks.loading.LoadingBench}, with a column of the table.
 *
 * <p>The readers are in {@code io.diffusion4j.checkpoint}. The time until a model is ready, which
 * also includes packing, is part of the first image in {@code io.diffusion4j.benchmarks.images}.
 * Writing is not measured.
 */
@NullMarked
package io.diffusion4j.benchmarks.loading;

import org.jspecify.annotations.NullMarked;
