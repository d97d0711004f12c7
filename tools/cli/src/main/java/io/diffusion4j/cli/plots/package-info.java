/**
 * The commands that draw charts and diagrams: {@code plot} with its subcommands, and {@code plan}.
 *
 * <pre>
 *   diffusion4j plot schedules cosine linear --output schedules.svg
 *   diffusion4j plot forward apple.png --schedule linear,cosine --output forward.png
 *   diffusion4j plot posterior --steps 10,100,300 --output posterior.svg
 *   diffusion4j plot training training/emoji/state/decoder --output loss.svg
 *   diffusion4j plan dpmpp-2m --steps 10
 * </pre>
 *
 * <p>{@link io.diffusion4j.cli.plots.PlotCommand} has {@code schedules}, {@code snr} and {@code
 * training} as methods. The others are classes: {@code forward}, {@code posterior}, {@code bound},
 * {@code trajectory} and {@code network}. {@code similarity} and {@code components} need CLIP and
 * are in {@code io.diffusion4j.cli.clip}. {@link io.diffusion4j.cli.plots.PlanCommand} shows the
 * steps of a sampler as a table, or as a chart.
 *
 * <p>{@code PictureOptions} has the file, PNG or SVG by its extension, and the title; {@code
 * GridOptions} has the timesteps of schedules, and {@code StripOptions} the noise and file of a
 * strip of pictures. The file is checked before anything is computed.
 *
 * <p>The pictures of the guide are made by these commands, and each page names its own, so they are
 * part of the documentation: a change of a default changes a picture there.
 *
 * <p>To add a plot, return a chart from a class in {@code io.diffusion4j.plots}, which draws, and
 * add a subcommand that only chooses its arguments. The numbers come from {@code
 * io.diffusion4j.diffusion}, and none are computed here, except the averages of {@code
 * TrainingChart}. A running training can be watched in TensorBoard.
 */
@NullMarked
package io.diffusion4j.cli.plots;

import org.jspecify.annotations.NullMarked;
