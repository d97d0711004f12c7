/**
 * Charts as PNG or SVG: schedules, plans, posteriors, the bound, networks, similarities, and
 * animations.
 *
 * <p>A {@link io.diffusion4j.plots.Chart} has axes and {@link io.diffusion4j.plots.ChartSeries}s;
 * any {@link io.diffusion4j.plots.ChartDrawing} is written by {@link
 * io.diffusion4j.plots.ChartFile} or {@link io.diffusion4j.plots.AnimatedGif}, without a display.
 */
@NullMarked
package io.diffusion4j.plots;

import org.jspecify.annotations.NullMarked;
