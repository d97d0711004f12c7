/**
 * The blocks of diffusers' autoencoders between pictures and latents.
 *
 * <p>An autoencoder maps pictures to latents of fewer positions and back. The published ones
 * consist of the same few blocks: residual blocks without a time embedding, and attention of one
 * head over all pixels. {@link io.diffusion4j.decoder.autoencoder.AutoencoderBlocks} builds them,
 * with the keys of diffusers' {@code AutoencoderKL} and {@code VQModel}:
 *
 * <pre>{@code
 * var blocks = new AutoencoderBlocks(new Normalization.Groups(8));
 * Network network = Network.of((nn, inputs) -> {
 *   Tensor x = nn.at("conv_in").conv2d(nn.input(inputs.floats("latent", 16, 16, 4)), 32, 3);
 *   x = blocks.middle(nn.at("mid_block"), x); // residual, attention, residual
 *   return List.of(blocks.residual(nn.at("up_blocks.0.resnets.0"), x, 64));
 * });
 * }</pre>
 *
 * <p>Families of autoencoders differ in how they normalise feature maps, so {@link
 * io.diffusion4j.decoder.autoencoder.Normalization} is an interface. {@link
 * io.diffusion4j.decoder.autoencoder.Normalization.Groups} is the group normalisation of {@code
 * AutoencoderKL}. The decoder of MoVQ scales and shifts the normalised values by the latent itself;
 * {@code kandinsky} implements that.
 *
 * <p>Not here are complete autoencoders: {@code AutoencoderKL} is built from these blocks in the
 * module {@code ddpm}, and MoVQ in {@code kandinsky}. The residual blocks of a U-Net also read a
 * time embedding; they are in {@link io.diffusion4j.decoder.unet.Unet}.
 */
@NullMarked
package io.diffusion4j.decoder.autoencoder;

import org.jspecify.annotations.NullMarked;
