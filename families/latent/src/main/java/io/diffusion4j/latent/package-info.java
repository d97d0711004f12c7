/** Stable Diffusion. */
@NullMarked
package io.diffusion4j.latent;

import org.jspecify.annotations.NullMarked;
