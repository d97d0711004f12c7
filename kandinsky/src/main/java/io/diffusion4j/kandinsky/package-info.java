/**
 * Kandinsky 2.2: a U-Net denoises latents of an image embedding, and MoVQ makes pictures of them.
 */
@NullMarked
package io.diffusion4j.kandinsky;

import org.jspecify.annotations.NullMarked;
