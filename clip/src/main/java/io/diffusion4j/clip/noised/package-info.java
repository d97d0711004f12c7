/**
 * GLIDE's noised CLIP (Nichol et al. 2022, §2.4): two towers that compare a caption with a noised
 * picture x_t at its time t, and the gradient by which the comparison guides.
 *
 * <pre>{@code
 * try (var clip = NoisedClip.load(folder, Compute.of(Precision.FLOAT32))) {
 *   float[] caption = clip.encode(List.of("a red circle")).get(0);
 *   var guided = GradientGuidedDenoiser.byStep(denoiser, clip);
 *   // each condition is a GradientGuidance<>(told, caption, scale)
 * }
 * }</pre>
 *
 * <p>{@link io.diffusion4j.clip.noised.NoisedVisionNetwork} and {@link
 * io.diffusion4j.clip.noised.NoisedTextNetwork} are the towers, {@link
 * io.diffusion4j.clip.noised.NoisedClipFolders} the files. {@link
 * io.diffusion4j.clip.noised.NoisedClip} is loaded and asked; {@link
 * io.diffusion4j.clip.noised.NoisedObjective} is trained. CLIP of clean pictures is in the package
 * above.
 */
@NullMarked
package io.diffusion4j.clip.noised;

import org.jspecify.annotations.NullMarked;
