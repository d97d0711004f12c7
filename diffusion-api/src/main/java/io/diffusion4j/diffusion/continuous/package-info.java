/**
 * Diffusion in continuous time (Song et al. 2021), in double precision: forward SDEs ({@link
 * io.diffusion4j.diffusion.continuous.GaussianSde}), reverse SDEs, the probability flow and the
 * likelihood. {@link io.diffusion4j.diffusion.solver.SdeSampler} and {@link
 * io.diffusion4j.diffusion.solver.OdeSampler} are the same steps as tables for networks.
 */
@NullMarked
package io.diffusion4j.diffusion.continuous;

import org.jspecify.annotations.NullMarked;
