/**
 * GLIDE's noised CLIP (Nichol et al. 2022, §2.4): a CLIP of noised pictures, and guidance by its
 * gradient.
 *
 * <pre>{@code
 * try (var clip = NoisedClip.load(folder, Compute.of(Precision.FLOAT32))) {
 *   float[] caption = clip.encode(List.of("a red circle")).get(0);
 *   var guided = GradientGuidedDenoiser.byStep(denoiser, clip);
 *   // each condition is a GradientGuidance<>(condition, caption, scale)
 * }
 * }</pre>
 *
 * <p>The image tower has a token for the timestep in place of the class token. It must be trained
 * with the schedule of the network that it guides.
 */
@NullMarked
package io.diffusion4j.clip.noised;

import org.jspecify.annotations.NullMarked;
