package io.diffusion4j.diffusion.filter;

import io.diffusion4j.diffusion.image.Image;
import java.util.List;

/**
 * Scores finished pictures before they leave the process. A picture with a score above its
 * threshold is refused: the caller gets the scores and no pixels.
 *
 * <p>A plugin adds filters to the set of its model:
 *
 * <pre>{@code
 * Multibinder.newSetBinder(binder(), ImageFilter.class).addBinding().to(MyFilter.class);
 * }</pre>
 *
 * <p>Implementations are thread-safe. A filter that throws, or does not return one list for each
 * picture, fails the pictures: none of them is released.
 */
public interface ImageFilter {
  /** Returns the name in responses, meters and logs; {@link ConceptScore#isName} accepts it. */
  String name();

  /**
   * Returns the digest of the filter's weights and settings, such as {@code sha256:…}; may be
   * empty. Recipes contain it.
   */
  default String digest() {
    return "";
  }

  /**
   * Scores pictures.
   *
   * @param images the images of any sizes, at least one
   * @return a list of scores for each picture, in order
   */
  List<List<ConceptScore>> score(List<Image> images);
}
