/**
 * The losses that training minimises and evaluation reports, in plain Java and {@code double}.
 *
 * <p>A network defines a reverse process p(x_s | x_t) = N(μ, Σ), whose mean is that of the
 * posterior with x̂₀ in place of x₀. Training minimises E‖output − target‖² (Ho et al. 2020, eq.
 * 14), the variational bound, or both. The bound on −ln p(x₀) is L_T + Σ L_t + L₀ (eq. 5):
 * divergences of Gaussians, and the probability of 8-bit levels at the end.
 *
 * <pre>{@code
 * var process =
 *     new ReverseProcess(new CosineSchedule(1000), MeanType.EPS, VarianceType.LEARNED_RANGE);
 * var loss = new TrainingLoss(process, LossType.RESCALED_MSE, Weighting.SIMPLE);
 * TimestepSampler.Drawn drawn = TimestepSampler.uniform(1000).draw(random);
 * float[] xt = process.step(drawn.t()).noised(x0, eps);
 * var query = new Query<>(xt, drawn.t(), condition);
 * Prediction prediction = network.predict(List.of(query)).get(0);
 * double counted = drawn.weight() * loss.of(x0, eps, xt, drawn.t(), prediction).loss();
 * }</pre>
 *
 * <h2>How the types fit together</h2>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.diffusion.loss.ReverseProcess} is the chain over all timesteps or
 *       some of them. A {@link io.diffusion4j.diffusion.loss.ReverseStep} of it computes targets,
 *       the Gaussian of an output, and the step's term of the bound.
 *   <li>{@link io.diffusion4j.diffusion.loss.MeanType} and {@link
 *       io.diffusion4j.diffusion.loss.VarianceType} are the meanings of the two halves of a
 *       network's output; {@link io.diffusion4j.diffusion.loss.LossType} is the loss to minimise,
 *       with the names of guided-diffusion.
 *   <li>{@link io.diffusion4j.diffusion.loss.Weighting} weights the square error by the
 *       signal-to-noise ratio: min-SNR (Hang et al. 2023), P2 (Choi et al. 2022) and others.
 *   <li>A {@link io.diffusion4j.diffusion.loss.TimestepSampler} draws the timesteps of a batch.
 *       {@link io.diffusion4j.diffusion.loss.SecondMomentSampler} prefers timesteps with large
 *       losses (Nichol &amp; Dhariwal 2021, eq. 18) and corrects for it by weights.
 *   <li>{@link io.diffusion4j.diffusion.loss.BitsPerDimension} evaluates the whole bound of a
 *       sample. {@link io.diffusion4j.diffusion.loss.GaussianDivergence} and {@link
 *       io.diffusion4j.diffusion.loss.PixelLikelihood} are its terms.
 * </ul>
 *
 * <p>A loss here is computed for a single sample. {@code io.diffusion4j.nn.train.diffusion} has the
 * same losses as layers of a network, for batches, and a test compares the two. Training uses the
 * weightings and the timestep samplers of this package.
 *
 * <p>Deliberately absent: gradients, which the engines compute, and the likelihood by the
 * probability flow, in {@link io.diffusion4j.diffusion.continuous.FlowLikelihood}.
 */
@NullMarked
package io.diffusion4j.diffusion.loss;

import org.jspecify.annotations.NullMarked;
