/**
 * The command {@code bench}: the speed of this machine, and the share of it that Diffusion4J
 * reaches.
 *
 * <pre>
 *   diffusion4j bench --quick
 *   diffusion4j bench samplers --samplers ddim,dpmpp-2m --output samplers.png
 *   diffusion4j bench server --images 8
 * </pre>
 *
 * <p>{@link io.diffusion4j.benchmarks.Bench} measures the machine's peak and relates all figures to
 * it; each package below has the measurements of one subject as subcommands. Figures are medians of
 * runs that take turns, because the speed of a machine varies over minutes.
 */
@NullMarked
package io.diffusion4j.benchmarks;

import org.jspecify.annotations.NullMarked;
