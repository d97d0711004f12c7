package io.diffusion4j.checkpoint;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The header entry of a tensor.
 *
 * @param name its key, e.g. {@code prior.norm_out.weight}
 * @param dtype how its elements are stored
 * @param shape its dimensions, outermost first; empty for a scalar
 * @param begin offset of its first byte in the file's data
 * @param end offset of its end, exclusive
 */
public record TensorInfo(String name, DType dtype, long[] shape, long begin, long end) {
  /** Checks that the byte range fits the shape. */
  public TensorInfo {
    shape = shape.clone();
    long size = byteSize(name, dtype, shape);
    if (begin < 0 || end < begin || end - begin != size) {
      throw new IllegalArgumentException(
          "data_offsets of %s: [%d, %d] (expected: 0 ≤ begin, and %d bytes for %s %s)"
              .formatted(name, begin, end, size, dtype, Arrays.toString(shape)));
    }
  }

  /** Returns a copy of the dimensions. */
  @Override
  public long[] shape() {
    return shape.clone();
  }

  /** Returns the number of elements: the product of the shape, 1 for a scalar. */
  public long size() {
    return byteSize() / dtype.bytes();
  }

  /** Returns the number of bytes. */
  public long byteSize() {
    return end - begin;
  }

  /**
   * Returns the number of bytes of a tensor of this shape.
   *
   * @throws IllegalArgumentException if a dimension is negative or the product overflows
   */
  static long byteSize(String name, DType dtype, long[] shape) {
    try {
      long elements = 1;
      for (long n : shape) {
        if (n < 0) {
          throw new IllegalArgumentException(
              "shape of %s: %s (expected: dimensions ≥ 0)".formatted(name, Arrays.toString(shape)));
        }
        elements = Math.multiplyExact(elements, n);
      }
      return Math.multiplyExact(elements, (long) dtype.bytes());
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "shape of %s: %s (expected: fewer than 2^63 bytes)"
              .formatted(name, Arrays.toString(shape)),
          e);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TensorInfo that
        && name.equals(that.name)
        && dtype == that.dtype
        && Arrays.equals(shape, that.shape)
        && begin == that.begin
        && end == that.end;
  }

  @Override
  public int hashCode() {
    return name.hashCode() * 31 + Arrays.hashCode(shape);
  }

  @Override
  public String toString() {
    return name + " " + dtype + " " + Arrays.toString(shape);
  }
}
