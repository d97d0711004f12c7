/**
 * The amount of noise at each timestep ({@link io.diffusion4j.diffusion.schedule.NoiseSchedule}),
 * and the timesteps that a sampler visits.
 */
@NullMarked
package io.diffusion4j.diffusion.schedule;

import org.jspecify.annotations.NullMarked;
