package io.diffusion4j.tf;

import io.diffusion4j.checkpoint.TensorReader;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.Layout;
import io.diffusion4j.nn.weights.Parameter;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.ndarray.buffer.ShortDataBuffer;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * A parameter as a native tensor: converted from the checkpoint's axis order to the graph's ({@link
 * Layout}) tile by tile, so that the working set fits the processor's caches and nothing is on the
 * heap.
 */
final class NativeParameter {
  /** Elements of a strip of the result, which fits the second-level cache. */
  private static final int STRIP = 1 << 17;

  /** Outputs that are transposed together: two cache lines, in bfloat16. */
  private static final int OUTPUTS = 64;

  private NativeParameter() {}

  /** Reads the parameter in the graph's layout and this precision; the caller closes it. */
  static TType of(TensorReader values, Parameter parameter, Precision precision) {
    Shape shape = Shape.of(parameter.layout().graphShape(parameter.shape()));
    return switch (precision) {
      case FLOAT32 -> {
        TFloat32 tensor = TFloat32.tensorOf(shape);
        write(parameter, new Floats(values, tensor.asRawTensor().data().asFloats()));
        yield tensor;
      }
      case BFLOAT16 -> {
        TBfloat16 tensor = TBfloat16.tensorOf(shape);
        write(parameter, new Bfloat16s(values, tensor.asRawTensor().data().asShorts()));
        yield tensor;
      }
      case INT8, EXACT -> throw Casts.refused(precision);
    };
  }

  private static void write(Parameter parameter, Elements elements) {
    long[] s = parameter.shape();
    switch (parameter.layout()) {
      case SAME -> copy(parameter.size(), elements);
      case LINEAR -> transpose(Math.toIntExact(s[0]), Math.toIntExact(s[1]), 1, elements);
      case CONV ->
          transpose(
              Math.toIntExact(s[0]), Math.toIntExact(s[1]), Math.toIntExact(s[2] * s[3]), elements);
    }
  }

  private static void copy(int size, Elements elements) {
    elements.allocate(Math.min(size, STRIP), 0);
    for (int at = 0; at < size; at += STRIP) {
      int count = Math.min(STRIP, size - at);
      elements.read(at, 0, count);
      elements.write(at, 0, count);
    }
  }

  /**
   * Transposes {@code [out, in, area]} to {@code [area, in, out]}, one strip of inputs after the
   * other.
   */
  private static void transpose(int out, int in, int area, Elements elements) {
    int strip = Math.max(1, Math.min(in, STRIP / Math.max(1, out * area)));
    elements.allocate(OUTPUTS * strip * area, strip * area * out);
    for (int i0 = 0; i0 < in; i0 += strip) {
      int inputs = Math.min(strip, in - i0);
      int run = inputs * area;
      for (int o0 = 0; o0 < out; o0 += OUTPUTS) {
        int outputs = Math.min(OUTPUTS, out - o0);
        for (int o = 0; o < outputs; o++) {
          elements.read(((o0 + o) * in + i0) * area, o * run, run);
        }
        for (int p = 0; p < area; p++) {
          for (int i = 0; i < inputs; i++) {
            elements.gather((p * inputs + i) * out + o0, i * area + p, run, outputs);
          }
        }
      }
      for (int p = 0; p < area; p++) {
        elements.writeGathered((long) (p * in + i0) * out, p * inputs * out, inputs * out);
      }
    }
  }

  /**
   * The operations on elements of either size: reading in runs, gathering with a stride, writing.
   */
  private interface Elements {
    /** Allocates the buffers for read and for gathered elements. */
    void allocate(int read, int gathered);

    /** Reads elements from {@code first} on into the read buffer. */
    void read(int first, int at, int count);

    /** Gathers every {@code stride}-th element of the read buffer, from {@code from} on. */
    void gather(int to, int from, int stride, int count);

    /** Writes the read elements. */
    void write(long first, int at, int count);

    /** Writes the gathered elements. */
    void writeGathered(long first, int at, int count);
  }

  private static final class Floats implements Elements {
    private final TensorReader source;
    private final FloatDataBuffer target;
    private float[] read = new float[0];
    private float[] gathered = new float[0];

    Floats(TensorReader source, FloatDataBuffer target) {
      this.source = source;
      this.target = target;
    }

    @Override
    public void allocate(int read, int gathered) {
      this.read = new float[read];
      this.gathered = new float[gathered];
    }

    @Override
    public void read(int first, int at, int count) {
      source.floats(first, read, at, count);
    }

    @Override
    public void gather(int to, int from, int stride, int count) {
      for (int i = 0; i < count; i++) {
        gathered[to + i] = read[from + i * stride];
      }
    }

    @Override
    public void write(long first, int at, int count) {
      target.offset(first).write(read, at, count);
    }

    @Override
    public void writeGathered(long first, int at, int count) {
      target.offset(first).write(gathered, at, count);
    }
  }

  private static final class Bfloat16s implements Elements {
    private final TensorReader source;
    private final ShortDataBuffer target;
    private short[] read = new short[0];
    private short[] gathered = new short[0];

    Bfloat16s(TensorReader source, ShortDataBuffer target) {
      this.source = source;
      this.target = target;
    }

    @Override
    public void allocate(int read, int gathered) {
      this.read = new short[read];
      this.gathered = new short[gathered];
    }

    @Override
    public void read(int first, int at, int count) {
      source.bfloat16(first, read, at, count);
    }

    @Override
    public void gather(int to, int from, int stride, int count) {
      for (int i = 0; i < count; i++) {
        gathered[to + i] = read[from + i * stride];
      }
    }

    @Override
    public void write(long first, int at, int count) {
      target.offset(first).write(read, at, count);
    }

    @Override
    public void writeGathered(long first, int at, int count) {
      target.offset(first).write(gathered, at, count);
    }
  }
}
