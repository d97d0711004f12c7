/**
 * Commands that use CLIP alone: {@code embed}, {@code classify} and {@code search}, and the plot of
 * truncated embeddings.
 *
 * <pre>
 *   diffusion4j embed photos --output photos.safetensors
 *   diffusion4j classify cat.jpg --label cat --label dog
 *   diffusion4j search photos --text "a cat on a sofa" --sheet found.png
 * </pre>
 *
 * <p>The model is a pipeline with an image encoder, or the folder of a CLIP by transformers,
 * open_clip or OpenAI. The work is done by {@code io.diffusion4j.clip.embed} and {@code
 * io.diffusion4j.search}.
 */
@NullMarked
package io.diffusion4j.cli.clip;

import org.jspecify.annotations.NullMarked;
