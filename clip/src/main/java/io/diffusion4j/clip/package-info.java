/**
 * CLIP (Radford et al. 2021): texts and images as vectors in one space.
 *
 * <p>{@link io.diffusion4j.clip.ClipNetwork} is the pair of towers: {@link
 * io.diffusion4j.clip.ClipTextNetwork}, a causal transformer over tokens, and {@link
 * io.diffusion4j.clip.ClipVisionNetwork}, a vision transformer over patches. {@link
 * io.diffusion4j.clip.ClipTextModel} and {@link io.diffusion4j.clip.ClipImageModel} are the towers
 * with weights, as the {@code TextEncoder} and {@code ImageEncoder} of a pipeline.
 *
 * <pre>{@code
 * var compute = Compute.of(Precision.FLOAT32);
 * try (var clip = ClipEncoders.open(Path.of("emoji/model"), Optional.empty(), compute)) {
 *   var zeroShot = new ZeroShot(clip.text(), clip.image());
 *   double[] probabilities = zeroShot.classify(image, List.of("a cat", "a dog"));
 * }
 * }</pre>
 *
 * <h2>Opening published models</h2>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.clip.ClipEncoders} detects the layout of a folder. Start here.
 *   <li>{@link io.diffusion4j.clip.ClipFolders} reads and writes transformers' folders, {@link
 *       io.diffusion4j.clip.OpenClip} and {@link io.diffusion4j.clip.OpenAiClip} read the two other
 *       layouts.
 *   <li>{@link io.diffusion4j.clip.PublishedClip} is a finished CLIP that other parts are trained
 *       on. {@link io.diffusion4j.clip.ClipIdentity} compares two folders by a digest, so that
 *       embeddings of different models are not mixed.
 * </ul>
 *
 * <h2>Training</h2>
 *
 * <p>{@link io.diffusion4j.clip.ContrastiveObjective} is the symmetric contrastive loss, and {@link
 * io.diffusion4j.clip.ClipBatches} makes its batches.
 *
 * <p>Models are thread-safe and hold native memory until they are closed. Embeddings are not
 * normalised. Tokens, preprocessing and embedding of many pictures have packages of their own
 * ({@code token}, {@code image}, {@code embed}), and CLIP of noised pictures is in {@code noised}.
 * ResNet towers, SigLIP and CoCa are not supported.
 */
@NullMarked
package io.diffusion4j.clip;

import org.jspecify.annotations.NullMarked;
