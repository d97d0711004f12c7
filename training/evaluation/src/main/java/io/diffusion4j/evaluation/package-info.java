/**
 * How well a model draws what its prompts describe.
 *
 * <p>{@link io.diffusion4j.evaluation.Evaluation} compares a model's pictures of generated prompts
 * with real pictures of the same scenes (the ceiling) and with shuffled captions (the floor), by
 * {@link io.diffusion4j.evaluation.Questions} about pixels and in the embedding space of a judge.
 * {@link io.diffusion4j.evaluation.SpaceMetrics} needs no scenes: it compares pictures of any data
 * set in the space of a CLIP. Every number has a bootstrap interval, and the same seed gives the
 * same table.
 *
 * <p>Before a training, {@link io.diffusion4j.evaluation.DataSetStatisticsCollector} reports on a
 * set of pictures; it holds a hash and a few numbers of each, but no pixels.
 */
@NullMarked
package io.diffusion4j.evaluation;

import org.jspecify.annotations.NullMarked;
