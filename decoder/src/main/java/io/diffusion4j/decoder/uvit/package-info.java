/**
 * U-ViT (Bao et al. 2023), a vision transformer with the long skips of a U-Net.
 *
 * <p>The time and the class are not added to anything: they are tokens in front of the patches.
 * Each block of the second half also receives the output of a block of the first half, the last one
 * first:
 *
 * <pre>{@code
 * var shape = UvitConfig.of(32, 2, 3, 12, 512, 8); // 32×32 pixels, patches of 2×2, 12 blocks
 * Network network = Network.of((nn, inputs) -> List.of(
 *     shape.forward(
 *         nn,
 *         nn.input(inputs.floats("sample", 32, 32, 3)),
 *         nn.input(inputs.floats("time", shape.width())),
 *         List.of())));
 * }</pre>
 *
 * <p>The published networks were trained with the continuous time of a VP-SDE. The settings have a
 * scale and an offset that map the timesteps of a schedule to it.
 *
 * <p>The keys are those of the published state dicts; {@link
 * io.diffusion4j.decoder.uvit.UvitSettings} holds the arguments of the original's constructor,
 * which no published file contains. Unlike {@link io.diffusion4j.decoder.dit DiT}, the network
 * learns the positions of the patches, so it draws images of one size only. The text-to-image
 * variant is not implemented.
 */
@NullMarked
package io.diffusion4j.decoder.uvit;

import org.jspecify.annotations.NullMarked;
