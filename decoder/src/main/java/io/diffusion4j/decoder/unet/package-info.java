/**
 * The U-Net of ADM (Dhariwal &amp; Nichol 2021), for any shape and in the layouts of diffusers and
 * OpenAI, and the blocks of diffusers' autoencoders.
 *
 * <p>{@link io.diffusion4j.decoder.unet.UnetConfig} is the shape, {@link
 * io.diffusion4j.decoder.unet.Unet} builds the layers, and {@link
 * io.diffusion4j.decoder.unet.UnetLayout} names the parameters in a family of checkpoints. {@link
 * io.diffusion4j.decoder.unet.UnetSettings} is diffusers' {@code config.json}, {@link
 * io.diffusion4j.decoder.unet.AdmFolders} guided-diffusion's and GLIDE's.
 *
 * <pre>
 *   x_t → conv → [level 0] → down → [level 1] → … → middle → … → [level 1] → up → [level 0] → conv
 *                    └─────────────── skip connections ───────────────┘
 * </pre>
 */
@NullMarked
package io.diffusion4j.decoder.unet;

import org.jspecify.annotations.NullMarked;
