/**
 * Priors (DALL-E 2, §2.2): from the encoding of a text to the CLIP embedding of an image that fits
 * it.
 *
 * <p>Many images fit a text. A prior draws one of their embeddings at random, and the decoder turns
 * it into pixels. There are three priors, all of them implementations of {@link
 * io.diffusion4j.diffusion.part.Prior}:
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
 *
 * <p>{@link io.diffusion4j.prior.PriorModel} is a network with its weights in diffusers' layout.
 * The network works on embeddings of mean 0 and variance 1; {@link
 * io.diffusion4j.prior.Standardization} converts from and to CLIP's scale.
 *
 * <p>For training, {@link io.diffusion4j.prior.PriorBatches} and {@link
 * io.diffusion4j.prior.PriorObjective} belong together, and {@link
 * io.diffusion4j.prior.AutoregressiveBatches} and {@link
 * io.diffusion4j.prior.AutoregressiveObjective}. {@link io.diffusion4j.prior.CaptionedEmbeddings}
 * is their data.
 *
 * <p>Drawing two embeddings and keeping the better one is not here: it works for any prior ({@link
 * io.diffusion4j.diffusion.part.BestOfPrior}).
 */
@NullMarked
package io.diffusion4j.prior;

import org.jspecify.annotations.NullMarked;
