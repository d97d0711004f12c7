/**
 * How much noise there is at each timestep, from {@link
 * io.diffusion4j.diffusion.schedule.NoiseSchedule} on, and which timesteps a sampler visits.
 */
@NullMarked
package io.diffusion4j.diffusion.schedule;

import org.jspecify.annotations.NullMarked;
