/**
 * The U-Net of ADM (Dhariwal &amp; Nichol 2021), {@link io.diffusion4j.decoder.unet.Unet}, for any
 * shape and in two checkpoint layouts.
 */
@NullMarked
package io.diffusion4j.decoder.unet;

import org.jspecify.annotations.NullMarked;
