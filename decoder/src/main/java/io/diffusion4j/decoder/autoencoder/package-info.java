/**
 * What autoencoders between pictures and latents are made of: {@link
 * io.diffusion4j.decoder.autoencoder.AutoencoderBlocks}, whose normalisation is a choice.
 */
@NullMarked
package io.diffusion4j.decoder.autoencoder;

import org.jspecify.annotations.NullMarked;
