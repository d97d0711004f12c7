/**
 * CLIP (Radford et al. 2021): texts and images as vectors in one space.
 *
 * <pre>{@code
 * var compute = Compute.of(Precision.FLOAT32);
 * try (var clip = ClipEncoders.open(Path.of("emoji/model"), Optional.empty(), compute)) {
 *   var zeroShot = new ZeroShot(clip.text(), clip.image());
 *   double[] probabilities = zeroShot.classify(image, List.of("a cat", "a dog"));
 * }
 * }</pre>
 *
 * <p>Start with {@link io.diffusion4j.clip.ClipEncoders}, which detects the layout of a folder.
 * Models are thread-safe and hold native memory until they are closed. Embeddings are not
 * normalised. ResNet towers, SigLIP and CoCa are not supported.
 */
@NullMarked
package io.diffusion4j.clip;

import org.jspecify.annotations.NullMarked;
