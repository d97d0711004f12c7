/**
 * What training minimises and evaluation reports: square errors, the variational bound and its
 * terms, weights of timesteps, and how timesteps are drawn. Plain Java in {@code double}; the
 * training graph is held to it.
 *
 * <p>Starting points: {@link io.diffusion4j.diffusion.loss.TrainingLoss}, the loss of one sample at
 * one timestep; {@link io.diffusion4j.diffusion.loss.BitsPerDimension}, the bound of a network over
 * all of them; {@link io.diffusion4j.diffusion.loss.ReverseProcess}, what a network's answers mean
 * as Gaussians.
 */
@NullMarked
package io.diffusion4j.diffusion.loss;

import org.jspecify.annotations.NullMarked;
