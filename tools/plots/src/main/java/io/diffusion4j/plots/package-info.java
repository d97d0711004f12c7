/**
 * Charts of schedules, plans and measurements, and drawings of points in the plane, as PNG or SVG.
 *
 * <pre>{@code
 * var schedules = new SchedulePlots(Map.of("cosine", new CosineSchedule(1000)), Map.of());
 * new PictureFile(Path.of("schedules.svg")).write(List.of(schedules.alphaBar(), schedules.snr()));
 * }</pre>
 *
 * <p>A {@link io.diffusion4j.plots.Chart} is a value: axes and {@link io.diffusion4j.plots.Curve}s.
 * Some classes make charts: {@link io.diffusion4j.plots.SchedulePlots}, {@link
 * io.diffusion4j.plots.PlanPlots}, {@link io.diffusion4j.plots.BoundPlots} and {@link
 * io.diffusion4j.plots.PosteriorPlots}. A {@link io.diffusion4j.plots.Drawing} is anything else
 * that can be painted, such as {@link io.diffusion4j.plots.Planes} of points or {@link
 * io.diffusion4j.plots.Bars}. {@link io.diffusion4j.plots.PictureFile} and {@link
 * io.diffusion4j.plots.AnimatedGif} write files; no screen is needed.
 *
 * <p>Colours are distinguishable with all kinds of colour vision (Okabe &amp; Ito 2008), and curves
 * also differ in their dashes. Points that a logarithmic axis cannot show are omitted. A PNG has
 * two pixels per screen pixel along each axis, for sharp prints.
 *
 * <p>To add a chart, write a class whose methods return charts, as {@code PosteriorPlots} does, and
 * test their values. A drawing that is not a chart implements {@code paint}. The classes compute no
 * diffusion: formulas come from {@code io.diffusion4j.diffusion}.
 *
 * <p>XChart draws the charts and Batik writes SVG. Both are hidden in one class each, so charts can
 * be tested as data.
 */
@NullMarked
package io.diffusion4j.plots;

import org.jspecify.annotations.NullMarked;
