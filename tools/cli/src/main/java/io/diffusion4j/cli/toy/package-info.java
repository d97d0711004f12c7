/**
 * The command that plots the diffusion of points in the plane.
 *
 * <pre>
 *   diffusion4j toy --points spiral --sampler ddpm-small,ddim,ode-heun --output toy
 * </pre>
 *
 * <p>{@link io.diffusion4j.cli.toy.ToyCommand} trains a small network in seconds and writes three
 * drawings to a folder, each as PNG and SVG:
 *
 * <ul>
 *   <li>{@code forward}: the points at several timesteps, on their way to a Gaussian.
 *   <li>{@code score}: the learned score as arrows, which point to where data is likely.
 *   <li>{@code samplers}: the paths from noise to points, one panel for each sampler, all from the
 *       same noise.
 * </ul>
 *
 * <p>The first and the last are also animated, as GIF. The schedule, the number of steps and the
 * sampler are options, whose effects on images can be seen here in two dimensions. The same seed
 * gives the same drawings. Chapters of the guide use this command for their pictures.
 *
 * <p>The network, the point sets and the drawings are in {@code io.diffusion4j.toy}, which programs
 * can use with point sets of their own. To add a set to the command, add it to {@code
 * PointSet.standard()}.
 *
 * <p>The command keeps no weights: a training takes seconds, so every run makes its own. Trainings
 * of images, which take hours and can be resumed, are in {@code io.diffusion4j.cli.train}.
 */
@NullMarked
package io.diffusion4j.cli.toy;

import org.jspecify.annotations.NullMarked;
