package io.diffusion4j.data;

import io.diffusion4j.diffusion.image.Image;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Images with captions by number. The same number always gives the same example. Safe for use by
 * several threads.
 */
@FunctionalInterface
public interface CaptionedImages {
  /** Returns the example of this number, from 0. */
  CaptionedImage get(long index);

  /** Returns the examples from one number to before another, in order. */
  default List<CaptionedImage> range(long from, long to) {
    return LongStream.range(from, to).mapToObj(this::get).toList();
  }

  /**
   * Returns the key and the caption of the example with this number. Data sets of files do not
   * decode the image for this.
   */
  default Named named(long index) {
    CaptionedImage example = get(index);
    return new Named(example.key(), example.caption());
  }

  /**
   * An image with its caption.
   *
   * @param key the name of the image in its set; empty if there is none
   */
  record CaptionedImage(Image image, String caption, String key) {
    /** An image without a key. */
    public CaptionedImage(Image image, String caption) {
      this(image, caption, "");
    }
  }

  /** An example without its image. */
  record Named(String key, String caption) {}
}
