/**
 * Measurements of how well a model follows its prompts, as numbers that can be recomputed.
 *
 * <p>A {@link io.diffusion4j.evaluation.PromptSet} is a fixed list of prompts about emoji scenes,
 * half of them held-out combinations. An {@link io.diffusion4j.evaluation.Evaluation} measures the
 * generated pictures: a {@link io.diffusion4j.evaluation.Question} has the answer yes or no for
 * each picture, and a {@link io.diffusion4j.evaluation.Metric} is one line of the table.
 *
 * <pre>{@code
 * var prompts = PromptSet.of(concepts, scenes, 512, 7);
 * var evaluation = new Evaluation(concepts, scenes, Optional.empty(), 7);
 * Result result = evaluation.measure(prompts, generated);
 * TextReport.lines(result.metrics()).forEach(System.out::println);
 *
 * FurtherMetric diversity = evaluation.diversity(8);
 * PictureList pictures = diversity.pictures(pipeline, task -> pipeline.defaults(task.kind()));
 * List<Metric> lines = diversity.measure(pictures.draw(0, pictures.size()));
 * }</pre>
 *
 * <p>Each metric has a ceiling, the value of real pictures of the same scenes, and a floor, the
 * value of the model's own pictures with shuffled captions. An {@link
 * io.diffusion4j.evaluation.Estimate} carries its 95 % bootstrap interval. The same seed gives the
 * same numbers.
 *
 * <p>A {@link io.diffusion4j.evaluation.FurtherMetric} is measured on pictures of its own: {@link
 * io.diffusion4j.evaluation.Evaluation#diversity} on several of one {@linkplain
 * io.diffusion4j.evaluation.OpenPrompts open prompt}, and {@link
 * io.diffusion4j.evaluation.Evaluation#variations} on variations of real pictures. A {@link
 * io.diffusion4j.evaluation.PictureList} draws them.
 *
 * <p>A question has the scenes that it applies to and the check of a picture, so a question about a
 * number is not put to a scene of one thing.
 *
 * <p>The questions are answered from pixels, without a network, as far as possible; the names of
 * things need the {@code judge}. Pictures of other data sets are measured in {@code space}, and
 * tables and pages are written in {@code report}. Inception features (FID as published) are not
 * supported, because their weights cannot be shipped.
 */
@NullMarked
package io.diffusion4j.evaluation;

import org.jspecify.annotations.NullMarked;
