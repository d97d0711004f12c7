package io.diffusion4j.data;

import io.diffusion4j.diffusion.image.Rgb8;
import java.util.Optional;

/** A cache of the squares of pictures. Safe for use by several threads. */
public interface SquareStore extends AutoCloseable {
  /** Keeps nothing. */
  SquareStore NONE =
      new SquareStore() {
        @Override
        public Optional<Rgb8> read(long picture, int size) {
          return Optional.empty();
        }

        @Override
        public void write(long picture, Rgb8 square) {}
      };

  /**
   * Returns a stored square, if there is one.
   *
   * @param picture its index
   * @param size its height and width
   */
  Optional<Rgb8> read(long picture, int size);

  /** Keeps a square. */
  void write(long picture, Rgb8 square);

  /** Closes the cache. */
  @Override
  default void close() {}
}
