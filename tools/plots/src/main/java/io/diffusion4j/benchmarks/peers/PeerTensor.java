package io.diffusion4j.benchmarks.peers;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * A tensor in an archive.
 *
 * @param name the attribute of the object
 * @param shape the size of each axis
 * @param strides the distance of neighbours on each axis, in values
 * @param values the values in the order of the storage; read when the archive is written
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record PeerTensor(
    String name, TorchType type, long[] shape, long[] strides, Supplier<float[]> values) {

  /** Returns a tensor in the order of its axes. */
  static PeerTensor of(String name, TorchType type, long[] shape, Supplier<float[]> values) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape[axis];
    }
    return new PeerTensor(name, type, shape, strides, values);
  }

  /**
   * Returns the weights of a convolution in the layout <i>channels last</i>.
   *
   * @param shape the shape {@code [out, in, height, width]}
   * @param values the values in the order of this shape
   */
  static PeerTensor channelsLast(
      String name, TorchType type, long[] shape, Supplier<float[]> values) {
    long in = shape[1];
    long[] strides = {in * shape[2] * shape[3], 1, in * shape[3], in};
    int area = Math.toIntExact(shape[2] * shape[3]);
    return new PeerTensor(
        name, type, shape, strides, () -> channelsLast(values.get(), Math.toIntExact(in), area));
  }

  private static float[] channelsLast(float[] values, int in, int area) {
    float[] last = new float[values.length];
    int filter = in * area;
    for (int begin = 0; begin < values.length; begin += filter) {
      for (int i = 0; i < in; i++) {
        for (int p = 0; p < area; p++) {
          last[begin + p * in + i] = values[begin + i * area + p];
        }
      }
    }
    return last;
  }

  /** Returns the number of values. */
  long size() {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  /** Reads the values and returns them as they are stored. */
  byte[] bytes() {
    float[] all = values.get();
    if (all.length != size()) {
      throw new IllegalStateException(
          "%s: %d values (expected: %s)".formatted(name, all.length, Arrays.toString(shape)));
    }
    var bytes =
        ByteBuffer.allocate(Math.multiplyExact(all.length, type.dtype.bytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    if (type == TorchType.INT64) {
      for (float value : all) {
        bytes.putLong((long) value);
      }
    } else {
      type.dtype.encode(name, all, 0, all.length, bytes);
    }
    return bytes.array();
  }
}
