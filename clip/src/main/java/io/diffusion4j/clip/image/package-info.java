/**
 * The preprocessing of images for CLIP.
 *
 * <p>{@link io.diffusion4j.clip.image.ClipPreprocessor} resizes, crops and normalises an image in
 * the way of Hugging Face's {@code CLIPImageProcessor}; its settings are read from {@code
 * preprocessor_config.json}.
 *
 * <pre>{@code
 * float[] pixels = ClipPreprocessor.clip(224).pixels(image); // [224, 224, 3]
 * }</pre>
 *
 * <p>Resizing is PIL's antialiased bicubic interpolation. Other libraries differ in the last bits,
 * which is visible in embeddings.
 */
@NullMarked
package io.diffusion4j.clip.image;

import org.jspecify.annotations.NullMarked;
