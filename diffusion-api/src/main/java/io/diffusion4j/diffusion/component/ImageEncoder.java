package io.diffusion4j.diffusion.component;

import io.diffusion4j.diffusion.image.Image;
import java.util.List;

/** Encodes images as vectors of their content. */
@FunctionalInterface
public interface ImageEncoder {
  /**
   * Encodes images of any size.
   *
   * @return un-normalised CLIP image embeddings, in order
   */
  List<float[]> encode(List<Image> images);
}
