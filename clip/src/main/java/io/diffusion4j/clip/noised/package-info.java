/**
 * GLIDE's noised CLIP (Nichol et al. 2022, §2.4): a CLIP of noised pictures, and guidance by its
 * gradient.
 *
 * <p>The two towers compare a caption with a noised picture x_t at its timestep t. The gradient of
 * their cosine with respect to x_t moves each step of a sampler towards the caption.
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
 * with the schedule of the network that it guides. {@code judge} returns the similarity, the
 * embedding of x_t and the gradient without a sampler.
 *
 * <p>{@link io.diffusion4j.clip.noised.NoisedVisionNetwork} and {@link
 * io.diffusion4j.clip.noised.NoisedTextNetwork} are the towers, {@link
 * io.diffusion4j.clip.noised.NoisedClipFolders} reads and writes their files. Use {@link
 * io.diffusion4j.clip.noised.NoisedClip} to guide and {@link
 * io.diffusion4j.clip.noised.NoisedObjective} to train. CLIP of clean pictures is in {@code
 * io.diffusion4j.clip}.
 */
@NullMarked
package io.diffusion4j.clip.noised;

import org.jspecify.annotations.NullMarked;
