package io.diffusion4j.onednn.core;

import java.util.Arrays;

/**
 * A view of numbers in a buffer, for a primitive.
 *
 * @param offset offset of the first, in numbers
 * @param dims sizes in oneDNN's order of axes, in which channels come before pixels
 * @param strides strides of the axes, in numbers
 */
public record View(Buffer buffer, DataType type, long offset, long[] dims, long[] strides) {
  /** Creates a row-major view. */
  public static View dense(Buffer buffer, DataType type, long offset, long... dims) {
    long[] strides = new long[dims.length];
    long stride = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= dims[i];
    }
    return new View(buffer, type, offset, dims, strides);
  }

  /** Views {@code [H, W, C]} as one image {@code [1, C, H, W]} in channels-last order. */
  public static View image(Buffer buffer, DataType type, long offset, long h, long w, long c) {
    long[] strides = {h * w * c, 1, w * c, c};
    return new View(buffer, type, offset, new long[] {1, c, h, w}, strides);
  }

  /** Views one number per channel as an image of one pixel. */
  public static View perChannel(View vector) {
    return image(vector.buffer, vector.type, vector.offset, 1, 1, vector.size());
  }

  /** Returns the offset in the buffer, in bytes. */
  public long byteOffset() {
    return offset * type.bytes();
  }

  /** Returns the number of elements. */
  public long size() {
    return Arrays.stream(dims).reduce(1, Math::multiplyExact);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof View v
        && buffer == v.buffer
        && type == v.type
        && offset == v.offset
        && Arrays.equals(dims, v.dims)
        && Arrays.equals(strides, v.strides);
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(buffer) * 31 + Arrays.hashCode(dims) + (int) offset;
  }
}
