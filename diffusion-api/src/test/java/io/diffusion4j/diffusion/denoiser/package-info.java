/** The laws of denoisers. */
@NullMarked
package io.diffusion4j.diffusion.denoiser;

import org.jspecify.annotations.NullMarked;
