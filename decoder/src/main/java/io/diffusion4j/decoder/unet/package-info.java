/**
 * The U-Net of ADM (Dhariwal &amp; Nichol 2021), for any shape and in the layouts of diffusers and
 * OpenAI.
 *
 * <p>{@link io.diffusion4j.decoder.unet.Unet} builds the layers. It depends on two interfaces:
 * {@link io.diffusion4j.decoder.unet.UnetShape} describes the sizes and choices of a network, and
 * {@link io.diffusion4j.decoder.unet.UnetKeys} names its parameters in a family of checkpoints. A
 * {@link io.diffusion4j.decoder.unet.UnetConfig} and a {@link
 * io.diffusion4j.decoder.unet.PixelUnetConfig} are shapes in diffusers' terms, an {@link
 * io.diffusion4j.decoder.unet.AdmConfig} in OpenAI's.
 *
 * <p>A level consists of {@code ResBlock}s, each optionally followed by an {@code AttentionBlock}:
 *
 * <pre>
 *   x_t → conv → [level 0] → down → [level 1] → … → middle → … → [level 1] → up → [level 0] → conv
 *                    └─────────────── skip connections ───────────────┘
 * </pre>
 *
 * <p>Channels, depth and attention are chosen per level. The convolutions also run at other image
 * sizes than the one of the training. Packed and separate projections of attention are the same
 * computation under other keys.
 *
 * <p>The residual blocks add or apply the time embedding; attention also attends to context tokens,
 * if there are any. The package contains no weights and no training: see {@code
 * io.diffusion4j.decoder} and {@code io.diffusion4j.ddpm}.
 */
@NullMarked
package io.diffusion4j.decoder.unet;

import org.jspecify.annotations.NullMarked;
