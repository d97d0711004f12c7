/**
 * Priors (DALL-E 2, §2.2): from the encoding of a text to the CLIP embedding of an image that fits
 * it.
 *
 * <p>Many images fit a text. A prior draws one of their embeddings at random, and the decoder turns
 * it into pixels. There are three priors, all of them implementations of {@link
 * io.diffusion4j.diffusion.component.Prior}:
 *
 * <ul>
 *   <li>{@link io.diffusion4j.prior.DiffusionPrior} denoises an embedding with {@link
 *       io.diffusion4j.prior.PriorTransformer}. It is the default.
 *   <li>{@link io.diffusion4j.prior.AutoregressivePrior} draws the principal components of an
 *       embedding one after the other, as the codes of {@link io.diffusion4j.prior.EmbeddingCodes}.
 *   <li>{@link io.diffusion4j.prior.OnePassPrior} needs a single pass (ECLIPSE, Patel et al. 2024)
 *       and has no sampler, steps or guidance.
 * </ul>
 *
 * <pre>{@code
 * var compute = Compute.of(Precision.FLOAT32);
 * try (var prior = PriorModel.load(Path.of("emoji/model/prior"), Parameterization.X0, compute)) {
 *   Denoiser<TextEncoding> denoiser = prior.denoiser();
 *   Standardization scale = prior.standardization();
 * }
 * }</pre>
 */
@NullMarked
package io.diffusion4j.prior;

import org.jspecify.annotations.NullMarked;
