/**
 * How much noise there is at each timestep, and which timesteps a sampler visits.
 *
 * <p>Starting points: {@link io.diffusion4j.diffusion.schedule.NoiseSchedule}, {@link
 * io.diffusion4j.diffusion.schedule.Timesteps}.
 */
@NullMarked
package io.diffusion4j.diffusion.schedule;

import org.jspecify.annotations.NullMarked;
