/**
 * The preprocessing of images for CLIP.
 *
 * <pre>{@code
 * float[] pixels = ClipPreprocessor.clip(224).pixels(image); // [224, 224, 3]
 * }</pre>
 *
 * <p>Resizing is PIL's antialiased bicubic interpolation on 8-bit levels. Other libraries differ in
 * the last bits, which is visible in embeddings. Hugging Face and torchvision also round half
 * pixels of a margin differently, so there are two settings for crops.
 */
@NullMarked
package io.diffusion4j.clip.image;

import org.jspecify.annotations.NullMarked;
