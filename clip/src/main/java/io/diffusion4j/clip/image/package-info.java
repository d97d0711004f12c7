/**
 * The preprocessing of images for CLIP.
 *
 * <p>CLIP's image tower reads squares of one size, normalised by the mean and standard deviation of
 * its training pictures. {@link io.diffusion4j.clip.image.ClipPreprocessor} turns any picture into
 * such a square, in the way of Hugging Face's {@code CLIPImageProcessor}: it resizes the shorter
 * edge, crops the centre, and computes (level · scale − mean) / std for each channel.
 *
 * <pre>{@code
 * float[] pixels = ClipPreprocessor.clip(224).pixels(image); // [224, 224, 3]
 * }</pre>
 *
 * <p>{@code ClipPreprocessor.clip} has the numbers of the published CLIPs. For other models, {@code
 * load} reads {@code preprocessor_config.json} beside the weights, and {@code save} writes it.
 * {@link io.diffusion4j.clip.image.ClipPreprocessor.Fit} determines what happens to pictures that
 * are not square: they are cropped, as by Hugging Face and OpenCLIP, distorted, or placed between
 * bars.
 *
 * <p>Resizing is PIL's antialiased bicubic interpolation on 8-bit levels. Other libraries differ in
 * the last bits, which is visible in embeddings. Hugging Face and torchvision also round half
 * pixels of a margin differently, so there are two settings for crops.
 *
 * <p>A preprocessor is immutable and thread-safe. The embedding is computed by {@code
 * io.diffusion4j.clip.ClipImageEncoder}, which includes its preprocessor; use this package directly
 * to look at the square that the network reads, which {@code crop} returns.
 *
 * <p>Not here: augmentation, and decoding of files, which is in {@code
 * io.diffusion4j.diffusion.image}.
 */
@NullMarked
package io.diffusion4j.clip.image;

import org.jspecify.annotations.NullMarked;
