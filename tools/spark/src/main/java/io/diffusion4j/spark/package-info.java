/**
 * Pictures, embeddings, training data and measurements in bulk, on Apache Spark.
 *
 * <p>Four jobs do on a cluster what commands of {@code diffusion4j} do on one machine, with the
 * same options and the same results:
 *
 * <ul>
 *   <li>{@link io.diffusion4j.spark.Generate} draws the prompts of a table. A picture has the bytes
 *       that {@code diffusion4j generate} writes for the same prompt and seed.
 *   <li>{@link io.diffusion4j.spark.Embed} embeds pictures and texts by CLIP.
 *   <li>{@link io.diffusion4j.spark.Prepare} makes shards for {@code train --data} of pictures in
 *       any layout that the module {@code data} reads.
 *   <li>{@link io.diffusion4j.spark.Evaluate} draws the pictures of {@code diffusion4j evaluate},
 *       and prints its table.
 * </ul>
 *
 * <pre>
 *   spark-submit --master local[*] --class io.diffusion4j.spark.Generate diffusion4j-spark.jar \
 *       --model emoji/model --prompts prompts.txt --output pictures --seed 7
 * </pre>
 *
 * <h2>Why results do not depend on the cluster</h2>
 *
 * <p>A row's id and seed follow from its content, never from a partition or an attempt. Rows of
 * different prompts are drawn as one batch, which changes no bit of a picture. So a task can be
 * repeated, started twice, or moved to another executor; and a second run of a job skips the rows
 * whose ids are in its output. Bits are equal on processors of one kind, as everywhere in
 * Diffusion4J.
 *
 * <h2>How the types fit</h2>
 *
 * <p>Each job is a command of picocli, run by {@link io.diffusion4j.spark.JobLine}. Tasks carry its
 * arguments; the first task in each process parses them again and opens the model ({@link
 * io.diffusion4j.spark.OncePerProcess}), and all tasks of the process share it. Rows pass through
 * lazy iterators, {@code --rows} at a time: {@link io.diffusion4j.spark.PartitionGenerator} for
 * pictures, {@link io.diffusion4j.spark.PartitionEmbedder} for embeddings. {@link
 * io.diffusion4j.spark.OutputTable} leaves out rows that are done and appends the others by Spark's
 * commit protocol; {@link io.diffusion4j.spark.HadoopFolder} replaces files atomically.
 *
 * <h2>What is not here</h2>
 *
 * <p>Training: its processes exchange sums at each step, which TensorFlow's collectives do ({@code
 * io.diffusion4j.distributed}). Spark itself: it is provided by the cluster.
 */
@NullMarked
package io.diffusion4j.spark;

import org.jspecify.annotations.NullMarked;
