/**
 * Metrics in the embedding space of a CLIP, for pictures of any data set.
 *
 * <p>Emoji scenes can be checked pixel by pixel; photographs cannot. For these, the pictures that a
 * model drew are compared with real ones as vectors. {@link
 * io.diffusion4j.evaluation.space.Embedded} contains the embeddings of captions, generated, real
 * and training pictures, scaled to length 1. {@link io.diffusion4j.evaluation.space.SpaceMetrics}
 * computes the table:
 *
 * <pre>{@code
 * List<Metric> metrics = new SpaceMetrics(embedded, 7).all();
 * }</pre>
 *
 * <ul>
 *   <li>CLIP score (Hessel et al. 2021): the cosine of a picture and its caption.
 *   <li>Retrieval: how often a picture's own caption is the nearest among all captions.
 *   <li>Fréchet distance (Heusel et al. 2017) and CMMD (Jayasumana et al. 2024): the distance
 *       between the distributions of generated and real pictures.
 *   <li>The nearest training picture: a distance near 0 indicates a memorised picture. {@link
 *       io.diffusion4j.evaluation.space.Neighbour} has its key.
 * </ul>
 *
 * <p>Each number has a ceiling, computed from real pictures, and a 95 % interval; all but the last
 * also have a floor. The second argument is the seed of the intervals, so the same seed gives the
 * same table.
 *
 * <p>Numbers from different CLIPs cannot be compared, and numbers from the CLIP that a model was
 * trained with are too good. The Fréchet distance in CLIP's space is not FID, which needs the
 * features of Inception; its weights cannot be shipped.
 *
 * <p>This package computes no embeddings: see {@code io.diffusion4j.clip.embed}.
 */
@NullMarked
package io.diffusion4j.evaluation.space;

import org.jspecify.annotations.NullMarked;
