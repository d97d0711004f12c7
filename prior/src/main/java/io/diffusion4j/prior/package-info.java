/**
 * The diffusion prior: from what a text means to what its image could look like, as embeddings.
 *
 * <p>Starting points: {@link io.diffusion4j.prior.PriorTransformer}, the network; {@link
 * io.diffusion4j.prior.DiffusionPrior}, the stage around it.
 */
@NullMarked
package io.diffusion4j.prior;

import org.jspecify.annotations.NullMarked;
