/**
 * Pictures of any data set measured in the space of a CLIP, by the embeddings of pictures and
 * captions alone. {@link io.diffusion4j.evaluation.space.Embedded} holds the embeddings, {@link
 * io.diffusion4j.evaluation.space.SpaceMetrics} makes the table. Numbers of different CLIPs do not
 * compare.
 */
@NullMarked
package io.diffusion4j.evaluation.space;

import org.jspecify.annotations.NullMarked;
