/**
 * How much noise there is at each timestep, and which timesteps a sampler visits.
 *
 * <p>Starting points: {@link io.diffusion4j.diffusion.schedule.NoiseSchedule}, such as {@link
 * io.diffusion4j.diffusion.schedule.CosineSchedule}; {@link
 * io.diffusion4j.diffusion.schedule.Schedules}, all of them by name; {@link
 * io.diffusion4j.diffusion.schedule.TimestepSpacing}, such as {@link
 * io.diffusion4j.diffusion.schedule.UnclipSpacing}.
 */
@NullMarked
package io.diffusion4j.diffusion.schedule;

import org.jspecify.annotations.NullMarked;
