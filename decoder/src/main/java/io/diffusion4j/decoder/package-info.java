/**
 * From image embeddings to pixels: {@link io.diffusion4j.decoder.DiffusionDecoder} and {@link
 * io.diffusion4j.decoder.DiffusionUpsampler} (Ramesh et al. 2022, §2.1), in diffusers' layout.
 */
@NullMarked
package io.diffusion4j.decoder;

import org.jspecify.annotations.NullMarked;
