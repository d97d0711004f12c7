/** Pixels: {@link io.diffusion4j.diffusion.image.Image}, its files and its sizes. */
@NullMarked
package io.diffusion4j.diffusion.image;

import org.jspecify.annotations.NullMarked;
