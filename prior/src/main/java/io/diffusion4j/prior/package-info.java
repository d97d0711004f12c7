/**
 * The priors, from what a text means to what its image could look like, as embeddings: {@link
 * io.diffusion4j.prior.DiffusionPrior} and {@link io.diffusion4j.prior.AutoregressivePrior}.
 */
@NullMarked
package io.diffusion4j.prior;

import org.jspecify.annotations.NullMarked;
