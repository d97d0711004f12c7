/**
 * Guidance, which controls how strongly a sample follows its condition: classifier-free by {@link
 * io.diffusion4j.diffusion.guidance.GuidedDenoiser}, or by the gradient of a second model.
 */
@NullMarked
package io.diffusion4j.diffusion.guidance;

import org.jspecify.annotations.NullMarked;
