/**
 * CLIP (Radford et al. 2021): what texts and images have in common, as vectors, from {@link
 * io.diffusion4j.clip.ClipNetwork} on.
 */
@NullMarked
package io.diffusion4j.clip;

import org.jspecify.annotations.NullMarked;
