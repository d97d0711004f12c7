/**
 * Diffusion of points in the plane: a small network learns a {@link io.diffusion4j.toy.PointSet} in
 * seconds, with the schedules, losses and samplers of the models of pictures, and what happens is
 * drawn.
 */
@NullMarked
package io.diffusion4j.toy;

import org.jspecify.annotations.NullMarked;
