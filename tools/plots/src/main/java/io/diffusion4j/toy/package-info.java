/**
 * Diffusion in the plane: a small network learns the score of a set of points in seconds.
 *
 * <p>{@link io.diffusion4j.toy.PointTraining} trains it, {@link io.diffusion4j.toy.PointModel}
 * samples, and {@link io.diffusion4j.toy.PointDrawings} draws the way from data to noise and back.
 */
@NullMarked
package io.diffusion4j.toy;

import org.jspecify.annotations.NullMarked;
