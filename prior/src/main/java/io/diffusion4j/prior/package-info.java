/**
 * The priors: from what a text means to what its image could look like, as embeddings.
 *
 * <p>Starting points: {@link io.diffusion4j.prior.PriorTransformer}, the network of the diffusion
 * prior; {@link io.diffusion4j.prior.DiffusionPrior}, the stage around it; {@link
 * io.diffusion4j.prior.AutoregressivePrior}, the other prior of DALL-E 2.
 */
@NullMarked
package io.diffusion4j.prior;

import org.jspecify.annotations.NullMarked;
