package io.diffusion4j.onednn.run;

import io.diffusion4j.onednn.core.Arena;
import io.diffusion4j.onednn.core.Buffer;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.View;
import java.util.List;

/**
 * The result of a layer for one sample, row-major.
 *
 * @param offset offset of the first number in the buffer, in numbers
 * @param shape shape with the channels last
 */
public record LayerValue(Buffer buffer, DataType type, long offset, List<Long> shape) {
  /** Creates a value in the arena. */
  static LayerValue in(Arena arena, DataType type, List<Long> shape) {
    long size = shape.stream().reduce(1L, Math::multiplyExact);
    return new LayerValue(arena.buffer(size * type.bytes()), type, 0, shape);
  }

  long channels() {
    return shape.get(shape.size() - 1);
  }

  /** Returns the number of positions. */
  long pixels() {
    return size() / channels();
  }

  long size() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  long height() {
    return shape.get(0);
  }

  long width() {
    return shape.get(1);
  }

  LayerValue withShape(List<Long> other) {
    return new LayerValue(buffer, type, offset, other);
  }

  /** Slices the first axis from an index on, to this shape. */
  LayerValue from(long index, List<Long> part) {
    return new LayerValue(buffer, type, offset + index * (size() / shape.get(0)), part);
  }

  /** Views some rows of an image. */
  View rows(Range rows) {
    long row = width() * channels();
    return View.image(buffer, type, offset + rows.begin() * row, rows.size(), width(), channels());
  }

  /** Views some pixels as an image of this height. */
  View pixels(Range pixels) {
    return View.image(
        buffer, type, offset + pixels.begin() * channels(), pixels.size(), 1, channels());
  }

  /** Views some pixels as a matrix. */
  View matrix(Range pixels) {
    return columns(pixels, new Range(0, channels()));
  }

  /** Views some channels of some pixels as a matrix. */
  View columns(Range pixels, Range channels) {
    return new View(
        buffer,
        type,
        offset + pixels.begin() * channels() + channels.begin(),
        new long[] {pixels.size(), channels.size()},
        new long[] {channels(), 1});
  }

  /** Views some of all numbers. */
  View flat(Range range) {
    return View.dense(buffer, type, offset + range.begin(), range.size());
  }
}
