/**
 * CLIP (Radford et al. 2021): what texts and images have in common, as vectors.
 *
 * <p>Starting points: {@link io.diffusion4j.clip.ClipTextNetwork} and {@link
 * io.diffusion4j.clip.ClipVisionNetwork}, the two towers; {@link
 * io.diffusion4j.clip.ContrastiveObjective}, how they learn from each other.
 */
@NullMarked
package io.diffusion4j.clip;

import org.jspecify.annotations.NullMarked;
