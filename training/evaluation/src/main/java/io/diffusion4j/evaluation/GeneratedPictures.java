package io.diffusion4j.evaluation;

import io.diffusion4j.diffusion.image.Image;
import java.util.List;

/**
 * The pictures that a model draws for a metric. A picture depends only on its place in the list, so
 * any part of the list can be drawn by itself, also in another process.
 */
public interface GeneratedPictures {
  /** Returns the number of pictures. */
  int size();

  /**
   * Draws a part of the list, as one batch where the model allows it.
   *
   * @param from the first picture, from 0
   * @param to the end of the part, exclusive
   */
  List<Image> draw(int from, int to);
}
