/**
 * One diffusion model, ready to sample from: {@link io.diffusion4j.diffusion.stage.DiffusionStage}.
 */
@NullMarked
package io.diffusion4j.diffusion.stage;

import org.jspecify.annotations.NullMarked;
