/**
 * GLIDE (Nichol et al. 2022), diffusion models that read the text themselves: {@link
 * io.diffusion4j.glide.GlidePipeline}.
 */
@NullMarked
package io.diffusion4j.glide;

import org.jspecify.annotations.NullMarked;
