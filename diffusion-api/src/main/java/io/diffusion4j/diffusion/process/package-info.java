/**
 * The Gaussians of the forward process (Ho et al. 2020, §2), and the meaning of a network's output
 * in it.
 *
 * <p>The forward process turns a sample into noise: q(x_t | x₀) = N(√ᾱ_t·x₀, (1−ᾱ_t)·I). Given both
 * ends, the reverse process is Gaussian as well, q(x_s | x_t, x₀). Samplers and losses put the
 * network's estimate x̂₀ in place of x₀.
 *
 * <pre>{@code
 * var forward = new ForwardProcess(new CosineSchedule(1000));
 * double xt = forward.marginal(400).draw(0.25, 0.8); // x₀ = 0.25 with the noise ε = 0.8
 * double alphaBar = forward.level(400).alphaBar();
 * double x0 = Conversion.of(Parameterization.EPS, alphaBar).x0(xt, 0.8); // 0.25 again
 * double mean = forward.posterior(400).mean(x0, xt); // of x at timestep 399
 * }</pre>
 *
 * <p>A conversion that is undefined is refused: ε does not determine the sample in pure noise (ᾱ =
 * 0), and x₀ does not determine the noise of a clean sample (ᾱ = 1).
 */
@NullMarked
package io.diffusion4j.diffusion.process;

import org.jspecify.annotations.NullMarked;
