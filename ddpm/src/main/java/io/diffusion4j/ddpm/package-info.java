/**
 * Diffusion in pixels without words (Ho et al. 2020), in the folders of diffusers' {@code
 * DDPMPipeline}: {@link io.diffusion4j.ddpm.DdpmPipeline}.
 */
@NullMarked
package io.diffusion4j.ddpm;

import org.jspecify.annotations.NullMarked;
