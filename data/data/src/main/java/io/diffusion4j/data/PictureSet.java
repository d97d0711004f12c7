package io.diffusion4j.data;

import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.diffusion.image.Image;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A finite set of pictures in a fixed order, each with its captions. Readers of files implement
 * this interface. Safe for use by several threads.
 */
public interface PictureSet extends AutoCloseable {
  /**
   * Returns the name for messages and for the notes of trained weights, such as the folder's path.
   */
  String name();

  /** Returns the number of pictures, at least 1. */
  long size();

  /**
   * Returns the name of a picture within the set, such as its path. It does not depend on the other
   * pictures, so that a part of the set can be chosen by it.
   *
   * @param index from 0 to {@link #size()}, exclusive
   */
  String key(long index);

  /** Returns the captions of a picture, none if it has none. Does not decode the picture. */
  List<String> captions(long index);

  /**
   * Decodes a picture at its own size.
   *
   * @throws java.io.UncheckedIOException if the picture cannot be read
   */
  Image image(long index);

  /**
   * Returns a number that changes with the picture, such as the time of its file; empty if unknown,
   * in which case results for the picture are not cached.
   */
  default OptionalLong version(long index) {
    return OptionalLong.empty();
  }

  /**
   * Returns a number that usually changes with the picture or its captions, but not with the place
   * or the time of its file; 0 if unknown. It is found without reading the picture.
   */
  default long fingerprint(long index) {
    return 0;
  }

  /**
   * Returns a checksum of the file with the picture and of its captions, which are read for it; 0
   * if unknown.
   *
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  default long checksum(long index) {
    return 0;
  }

  /**
   * Returns the name of the field that captions in JSON files are read from, or {@code default};
   * empty if there are no such captions. Fingerprints and checksums do not depend on it.
   */
  default Optional<String> captionField() {
    return Optional.empty();
  }

  /**
   * Decodes a picture and cuts it to the square in its middle.
   *
   * @param size height and width of the result
   * @throws java.io.UncheckedIOException if the picture cannot be read
   */
  default Image square(long index, int size) {
    return Preparation.DEFAULT.square(image(index), size, 0).toImage();
  }

  /** Closes the reader's files. */
  @Override
  default void close() {}

  /**
   * Returns some of the pictures, in the order of the set. Closing them closes the set.
   *
   * @param indices the indices of the pictures, ascending; one may come several times
   */
  default PictureSet only(long... indices) {
    return new Subset(this, indices);
  }

  /**
   * Returns the pictures in the order of the set, each with its first caption or an empty one, cut
   * to the square in its middle.
   */
  default CaptionedImages inOrder() {
    return index ->
        new CaptionedImage(
            CenterCrop.middle(image(index)), captions(index).stream().findFirst().orElse(""));
  }
}
