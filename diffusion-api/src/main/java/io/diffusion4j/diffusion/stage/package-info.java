/**
 * One diffusion model, ready to sample from.
 *
 * <p>A {@link io.diffusion4j.diffusion.stage.DiffusionStage} is a denoiser and the schedule that it
 * was trained with. It draws one sample for each {@link io.diffusion4j.diffusion.stage.Draw}, as
 * the {@link io.diffusion4j.diffusion.stage.SamplingSettings} ask, and notifies a {@link
 * io.diffusion4j.diffusion.stage.SamplingListener} between steps. A {@link
 * io.diffusion4j.diffusion.stage.Projection} changes samples between steps; edits are built on it.
 */
@NullMarked
package io.diffusion4j.diffusion.stage;

import org.jspecify.annotations.NullMarked;
