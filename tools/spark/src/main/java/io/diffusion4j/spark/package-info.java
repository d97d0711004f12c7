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
 * <p>A row's id and seed follow from its content, never from a partition or an attempt. Rows of
 * different prompts are drawn as one batch, which changes no bit of a picture. So a task can be
 * repeated, started twice, or moved to another executor; and a second run of a job skips the rows
 * whose ids are in its output. Bits are equal on processors of one kind, as everywhere in
 * Diffusion4J.
 */
@NullMarked
package io.diffusion4j.spark;

import org.jspecify.annotations.NullMarked;
