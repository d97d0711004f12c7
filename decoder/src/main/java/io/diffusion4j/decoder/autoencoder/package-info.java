/**
 * The blocks of diffusers' autoencoders between pictures and latents.
 *
 * <p>{@link io.diffusion4j.decoder.autoencoder.AutoencoderBlocks} builds residual blocks and
 * attention over all pixels, with diffusers' keys. Its {@link
 * io.diffusion4j.decoder.autoencoder.Normalization} is a parameter: {@code AutoencoderKL} uses
 * group normalisation, MoVQ a normalisation that depends on the latent.
 *
 * <p>Complete autoencoders are built from these blocks in the modules {@code ddpm} and {@code
 * kandinsky}.
 */
@NullMarked
package io.diffusion4j.decoder.autoencoder;

import org.jspecify.annotations.NullMarked;
