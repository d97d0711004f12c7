/**
 * Training of denoisers: batches of noised samples, and the loss of the predictions.
 *
 * <p>{@link io.diffusion4j.nn.train.diffusion.NoisedBatch} draws timesteps and noise and adds x_t =
 * √ᾱ_t·x₀ + √(1−ᾱ_t)·ε to a batch, together with the targets and weights of the loss. {@link
 * io.diffusion4j.nn.train.diffusion.DiffusionLoss} computes the loss of the network's outputs from
 * these inputs.
 *
 * <pre>{@code
 * Objective objective =
 *     (nn, inputs) -> DiffusionLoss.of(nn, inputs, denoiser.define(nn, inputs));
 * var noised = new NoisedBatch(new CosineSchedule(1000), Parameterization.X0, Weighting.SIMPLE, 64);
 * BatchSource batches =
 *     step -> {
 *       var batch = new Batch(samples.size());
 *       noised.addTo(batch, samples, new SplittableRandom(step));
 *       return batch;
 *     };
 * }</pre>
 */
@NullMarked
package io.diffusion4j.nn.train.diffusion;

import org.jspecify.annotations.NullMarked;
