package io.diffusion4j.data;

import io.diffusion4j.diffusion.image.Image;

/**
 * Images with captions by number. The same number always gives the same example. Safe for use by
 * several threads.
 */
@FunctionalInterface
public interface CaptionedImages {
  /** The example of this number, from 0. */
  CaptionedImage get(long index);

  /** An image and what it shows. */
  record CaptionedImage(Image image, String caption) {}
}
