/**
 * Values that callers choose by name.
 *
 * <p>{@link io.diffusion4j.diffusion.argument.ByName} is the registry behind every such choice:
 * samplers, schedules, timestep spacings, treatments of x̂₀. An unknown name gives one error that
 * lists the known ones.
 */
@NullMarked
package io.diffusion4j.diffusion.argument;

import org.jspecify.annotations.NullMarked;
