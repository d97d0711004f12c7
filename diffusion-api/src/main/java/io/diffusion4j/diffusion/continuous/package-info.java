/**
 * Diffusion in continuous time (Song et al. 2021), from {@link
 * io.diffusion4j.diffusion.continuous.VpSde} on: why the samplers work, though none samples by it.
 */
@NullMarked
package io.diffusion4j.diffusion.continuous;

import org.jspecify.annotations.NullMarked;
