/**
 * The commands {@code plot}, {@code plan} and {@code toy}, and the charts of {@code evaluate}.
 *
 * <pre>
 *   diffusion4j plot schedules cosine linear --output schedules.svg
 *   diffusion4j plan ddim dpmpp-2m --steps 10
 *   diffusion4j toy --points spiral --sampler ddpm-small,ddim,ode-heun --output toy
 * </pre>
 *
 * <p>The command line finds them by {@link io.diffusion4j.plots.command.PlotCommands}. Charts
 * themselves are in {@code io.diffusion4j.plots}, for programs; a new plot is a class there and a
 * subcommand of {@link io.diffusion4j.plots.command.PlotCommand}.
 */
@NullMarked
package io.diffusion4j.plots.command;

import org.jspecify.annotations.NullMarked;
