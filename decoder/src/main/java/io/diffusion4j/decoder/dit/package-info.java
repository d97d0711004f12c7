/**
 * Transformers that denoise images: DiT (Peebles &amp; Xie 2023) and U-ViT (Bao et al. 2023).
 *
 * <p>An image becomes a sequence of patches. In {@link io.diffusion4j.decoder.dit.DitConfig DiT},
 * the time sets the scale, shift and gate of every block's normalisations; positions are computed,
 * so it also runs at other sizes. In {@link io.diffusion4j.decoder.dit.UvitConfig U-ViT}, time and
 * class are tokens in front of the patches, blocks of the second half also receive the output of
 * one of the first, and positions are learned. The keys are those of diffusers and of the published
 * files: {@link io.diffusion4j.decoder.dit.BlockCopies}, {@link
 * io.diffusion4j.decoder.dit.OriginalDit}.
 */
@NullMarked
package io.diffusion4j.decoder.dit;

import org.jspecify.annotations.NullMarked;
