package io.diffusion4j.training;

import io.diffusion4j.diffusion.image.Image;

/**
 * A picture and what a component draws of it, such as a decoder from the picture's embedding.
 *
 * @param caption the picture's caption
 * @param drawn of the size of {@code real}
 */
public record Preview(String caption, Image real, Image drawn) {
  /** The number of previews that a component draws. */
  public static final int COUNT = 8;
}
