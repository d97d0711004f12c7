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
 * <h2>How the types fit together</h2>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.diffusion.continuous.Sde} is any equation; a {@link
 *       io.diffusion4j.diffusion.continuous.GaussianSde} turns each sample into a Gaussian in
 *       closed form. {@link io.diffusion4j.diffusion.continuous.VpSde} is the variance-preserving
 *       one, with {@link io.diffusion4j.diffusion.continuous.LinearVpSde} and {@link
 *       io.diffusion4j.diffusion.continuous.OrnsteinUhlenbeck}; {@link
 *       io.diffusion4j.diffusion.continuous.SubVpSde} and {@link
 *       io.diffusion4j.diffusion.continuous.VeSde} are the others of the paper.
 *   <li>{@code VpSde.limitOf} turns a schedule into an SDE, and {@code VpSde.schedule} an SDE into
 *       a schedule for samplers.
 *   <li>{@link io.diffusion4j.diffusion.continuous.ReverseSde} and {@link
 *       io.diffusion4j.diffusion.continuous.ProbabilityFlow} need a {@link
 *       io.diffusion4j.diffusion.continuous.Score}. {@link
 *       io.diffusion4j.diffusion.continuous.EulerMaruyama} and {@link
 *       io.diffusion4j.diffusion.continuous.RungeKutta} integrate them.
 *   <li>{@link io.diffusion4j.diffusion.continuous.PredictorCorrector} is the paper's algorithm 1,
 *       with a {@link io.diffusion4j.diffusion.continuous.Predictor} and {@link
 *       io.diffusion4j.diffusion.continuous.Langevin} steps. {@link
 *       io.diffusion4j.diffusion.continuous.ReverseStep} has the formulas of both.
 *   <li>{@link io.diffusion4j.diffusion.continuous.Likelihood} is for a known flow, {@link
 *       io.diffusion4j.diffusion.continuous.FlowLikelihood} for a network, {@link
 *       io.diffusion4j.diffusion.continuous.PictureFlow} for pictures of 8 bits.
 *   <li>{@link io.diffusion4j.diffusion.continuous.DenoisingScoreMatching} is the loss from which a
 *       score is learned, and how it relates to autoencoders and DDPM.
 * </ul>
 *
 * <p>This package states the theory, for scores that are known or come from small networks. To draw
 * images, use {@link io.diffusion4j.diffusion.solver.SdeSampler} and {@link
 * io.diffusion4j.diffusion.solver.OdeSampler}, which have these steps as tables.
 *
 * <p>Deliberately absent: solvers with adaptive steps, and SDEs whose noise depends on the sample.
 */
@NullMarked
package io.diffusion4j.diffusion.continuous;

import org.jspecify.annotations.NullMarked;
