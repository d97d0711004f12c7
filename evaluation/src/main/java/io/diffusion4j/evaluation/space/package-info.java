/**
 * Metrics in the embedding space of a CLIP, for pictures of any data set.
 *
 * <p>{@link io.diffusion4j.evaluation.space.Embedded} contains the embeddings of captions,
 * generated, real and training pictures. {@link io.diffusion4j.evaluation.space.SpaceMetrics}
 * computes the table: CLIP score, retrieval, Fréchet distance, CMMD and the nearest training
 * picture.
 *
 * <pre>{@code
 * List<Metric> metrics = new SpaceMetrics(embedded, 7).all();
 * }</pre>
 *
 * <p>Numbers from different CLIPs cannot be compared, and numbers from the CLIP that a model was
 * trained with are too good.
 */
@NullMarked
package io.diffusion4j.evaluation.space;

import org.jspecify.annotations.NullMarked;
