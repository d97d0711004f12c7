/**
 * The commands that measure a model: {@code evaluate}, {@code nll}, {@code likelihood} and {@code
 * measure}, with their reports and charts.
 *
 * <pre>
 *   diffusion4j evaluate --json quality.json --report quality
 *   diffusion4j evaluate --diversity 8 --variations 128
 *   diffusion4j evaluate --vary decoder-guidance=1,2,3,4 --plot guidance.svg
 *   diffusion4j nll --count 8 --steps 100 --json nll.json
 *   diffusion4j likelihood --model my-ddpm --images pictures
 * </pre>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.cli.evaluate.EvaluateCommand} draws fixed prompts and measures how
 *       well the pictures follow them. With {@code --vary}, it repeats this for each value of an
 *       option and plots the result. {@link io.diffusion4j.cli.evaluate.FurtherMetrics} adds
 *       metrics that need pictures of their own.
 *   <li>{@link io.diffusion4j.cli.evaluate.NllCommand} measures the variational bound, {@link
 *       io.diffusion4j.cli.evaluate.LikelihoodCommand} the likelihood by the probability flow; both
 *       in bits per dimension.
 *   <li>{@link io.diffusion4j.cli.evaluate.MeasureCommand} stores statistics of a prior beside its
 *       weights, which the sampler {@code analytic-dpm} needs.
 * </ul>
 *
 * <p>They share the choice of pictures: {@code DataSetOptions}, {@code LikelihoodOptions} and
 * {@link io.diffusion4j.cli.options.ExampleOptions}. The i-th prompt is always drawn from the same
 * noise, so two runs with one seed differ only in the varied option. Results are printed as a
 * table, and most can also be written as JSON. {@link io.diffusion4j.cli.evaluate.BoundTerms} reads
 * such a file, for {@code plot bound}.
 *
 * <p>To add a metric, add it to {@code io.diffusion4j.evaluation}, which does the measuring; the
 * commands print whatever lines they receive. Likelihoods are computed in {@link
 * io.diffusion4j.decoder.DecoderLikelihood} and {@code io.diffusion4j.ddpm}.
 *
 * <p>Speed is not measured here: see {@code io.diffusion4j.benchmarks}. Whether a model is broken,
 * rather than how good it is, is a question for {@code doctor}.
 */
@NullMarked
package io.diffusion4j.cli.evaluate;

import org.jspecify.annotations.NullMarked;
