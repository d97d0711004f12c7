/**
 * Diffusion in continuous time (Y. Song et al. 2021), in double precision: forward SDEs, their
 * reverse, the probability flow and the likelihood.
 *
 * <p>Data is turned into noise by dx = f(x, t) dt + g(t) dw, for t from 0 to 1. With the score ∇ ln
 * p_t(x), two equations lead back: the reverse SDE dx = [f − g²·∇ ln p_t] dt + g dw̄ (eq. 6), and
 * the probability flow dx = [f − ½g²·∇ ln p_t] dt (eq. 13), which adds no noise and whose
 * divergence gives the likelihood.
 *
 * <pre>{@code
 * var data =
 *     new GaussianMixture(
 *         List.of(
 *             new GaussianMixture.Component(0.5, List.of(-1.0), 0.04),
 *             new GaussianMixture.Component(0.5, List.of(1.0), 0.04)));
 * Score score = data.under(LinearVpSde.DDPM); // exact, without a network
 * double[] start = {0.7}; // a sample of N(0, 1)
 * Sde flow = new ProbabilityFlow(LinearVpSde.DDPM, score);
 * double[] x0 = RungeKutta.CLASSICAL.follow(flow::drift, start, 1, 1e-3, 200);
 * Sde reverse = new ReverseSde(LinearVpSde.DDPM, score);
 * double[] drawn = new EulerMaruyama(1000).follow(reverse, start, 1, 1e-3, new PhiloxNoise(7, 0));
 * }</pre>
 *
 * <p>This package states the theory, for scores that are known or come from small networks. To draw
 * images, use {@link io.diffusion4j.diffusion.solver.SdeSampler} and {@link
 * io.diffusion4j.diffusion.solver.OdeSampler}, which have these steps as tables.
 */
@NullMarked
package io.diffusion4j.diffusion.continuous;

import org.jspecify.annotations.NullMarked;
