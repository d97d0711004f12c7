/**
 * Diffusion of points in the plane, to watch the mathematics at work.
 *
 * <p>A small network is trained on a {@link io.diffusion4j.toy.PointSet} in seconds, with the
 * schedules, losses and samplers of the image models. {@link io.diffusion4j.toy.PointDrawings}
 * plots the forward process, the score and the paths of samplers.
 *
 * <pre>{@code
 * NoiseSchedule schedule = new LinearSchedule(1000);
 * var training = new PointTraining(points, schedule, 3000, 7); // steps, seed
 * try (PointModel model = training.train((step, loss) -> {})) {
 *   List<List<double[]>> steps = model.sample(new DdimSampler(0), 50, 1000, 7);
 *   new PictureFile(Path.of("score.png"))
 *       .write(new PointDrawings(points, schedule, 1000, 7).score(model, 4));
 * }
 * }</pre>
 *
 * <p>The network consists of dense layers with residuals, each conditioned on the time, and
 * predicts the noise by the simple loss (Ho et al. 2020, eq. 14). {@code PointSet.standard()} names
 * the sets: dino, mixture, moons and spiral; any function of a random generator can be another one.
 * With the same seed, two deterministic samplers start at the same points, so their paths can be
 * compared. {@code diffusion4j toy} writes all drawings of a set to a folder.
 *
 * <p>For {@link io.diffusion4j.diffusion.continuous.GaussianMixture} the exact score is known, and
 * a test compares the learned score with it. The module has no pipeline and no model folder: it is
 * for looking, not for drawing images.
 */
@NullMarked
package io.diffusion4j.toy;

import org.jspecify.annotations.NullMarked;
