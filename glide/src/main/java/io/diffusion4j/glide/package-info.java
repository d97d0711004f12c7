/**
 * GLIDE (Nichol et al. 2022): diffusion models that read the text themselves, a base and an
 * upsampler of 64×64 and 256×256 pixels.
 *
 * <p>Starting points: {@link io.diffusion4j.glide.GlidePipeline} loads a folder, {@link
 * io.diffusion4j.glide.GlideTextToImage} draws, {@link io.diffusion4j.glide.GlideTextNetwork} is
 * what GLIDE's U-Nets have beside those of {@link io.diffusion4j.decoder.adm.AdmNetwork}.
 */
@NullMarked
package io.diffusion4j.glide;

import org.jspecify.annotations.NullMarked;
