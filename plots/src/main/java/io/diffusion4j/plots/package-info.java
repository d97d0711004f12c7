/**
 * Charts of what can be seen in numbers: schedules, plans, measurements.
 *
 * <p>Starting points: {@link io.diffusion4j.plots.SchedulePlots} and {@link
 * io.diffusion4j.plots.PlanPlots}, the charts there are; {@link io.diffusion4j.plots.Chart}, to
 * make another; {@link io.diffusion4j.plots.PictureFile}, which writes them.
 */
@NullMarked
package io.diffusion4j.plots;

import org.jspecify.annotations.NullMarked;
