/**
 * The U-Net of ADM (Dhariwal &amp; Nichol 2021): residual and attention blocks, for any shape and
 * in two checkpoint layouts.
 *
 * <p>{@link io.diffusion4j.decoder.unet.Unet} is the network; {@link
 * io.diffusion4j.decoder.unet.UnetShape} its sizes, configured as diffusers ({@link
 * io.diffusion4j.decoder.unet.UnetConfig}) or as OpenAI does ({@link
 * io.diffusion4j.decoder.unet.AdmConfig}); {@link io.diffusion4j.decoder.unet.UnetKeys} what the
 * two layouts call each parameter.
 */
@NullMarked
package io.diffusion4j.decoder.unet;

import org.jspecify.annotations.NullMarked;
