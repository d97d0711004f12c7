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
 * <p>A loss here is computed for a single sample. {@code io.diffusion4j.nn.train.diffusion} has the
 * same losses as layers of a network, for batches, and a test compares the two. Training uses the
 * weightings and the timestep samplers of this package.
 */
@NullMarked
package io.diffusion4j.diffusion.loss;

import org.jspecify.annotations.NullMarked;
