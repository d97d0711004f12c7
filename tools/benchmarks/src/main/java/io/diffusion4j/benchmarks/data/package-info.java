/**
 * Measurements of reading and embedding pictures: throughput and memory.
 *
 * <pre>
 *   diffusion4j bench data
 *   diffusion4j bench embed
 * </pre>
 *
 * <p>A training must not wait for pictures, and must not need more memory for more of them. {@link
 * io.diffusion4j.benchmarks.data.DataBench} writes a shard of captioned JPEGs and reads epochs of
 * it like a training, in a process of its own with a fixed heap. The first epoch decodes, the
 * others read the squares that were kept. It prints the speed, the processor time of a picture, and
 * the resident memory after each tenth of an epoch, which must not grow. A second process opens the
 * shard again, by the stored index.
 *
 * <p>{@link io.diffusion4j.benchmarks.data.EmbedBench} measures how much of the machine embedding
 * uses: one row has the image tower of a ViT-B/32 alone, the next the whole run from JPEGs to
 * vectors. The difference is what decoding costs although it runs ahead of the tower.
 *
 * <ul>
 *   <li>{@code GeneratedShard} makes a tar shard in the format of img2dataset, from a seed, so that
 *       no data set is needed.
 *   <li>{@code EpochProcess} reads epochs and prints time and memory.
 * </ul>
 *
 * <p>The disk's cache is warm in these figures, because the shards were just written. On a network
 * file system, time {@code diffusion4j data} with the real shards instead.
 *
 * <p>To measure another format, write its generator beside {@code GeneratedShard}. The readers are
 * in {@code io.diffusion4j.data.files}, decoding ahead in {@link io.diffusion4j.data.Ahead}, and
 * embedding in {@code io.diffusion4j.clip.embed}. The quality of data is a question for {@code
 * io.diffusion4j.evaluation.survey}.
 */
@NullMarked
package io.diffusion4j.benchmarks.data;

import org.jspecify.annotations.NullMarked;
