package io.diffusion4j.onednn.tape;

import io.diffusion4j.onednn.core.Buffer;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Operand;
import java.nio.FloatBuffer;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_memory_desc;

/**
 * A value on a {@link Tape}, {@code [n, h, w, c]} in channels-last order; a matrix is {@code [n, 1,
 * 1, c]}, a sequence {@code [n, 1, w, c]}. Its gradient has the same shape.
 */
final class Activation {
  private final TapeKernels kernels;
  private final DataType type;
  private final int n;
  private final int h;
  private final int w;
  private final int c;
  private final boolean differentiable;
  private final Buffer buffer;
  private final Gradient gradient;

  /** State that all views of a value share. */
  private static final class Gradient {
    Optional<Buffer> buffer = Optional.empty();
    Optional<Buffer> zeros = Optional.empty();
  }

  private Activation(
      TapeKernels kernels,
      DataType type,
      int n,
      int h,
      int w,
      int c,
      boolean differentiable,
      Buffer buffer,
      Gradient gradient) {
    this.kernels = kernels;
    this.type = type;
    this.n = n;
    this.h = h;
    this.w = w;
    this.c = c;
    this.differentiable = differentiable;
    this.buffer = buffer;
    this.gradient = gradient;
  }

  /** Creates a value in the tape's arena. */
  static Activation of(
      TapeKernels kernels, DataType type, int n, int h, int w, int c, boolean differentiable) {
    var buffer = kernels.memory().buffer((long) type.bytes() * n * h * w * c);
    return new Activation(kernels, type, n, h, w, c, differentiable, buffer, new Gradient());
  }

  /** Creates a value in exclusive memory, which is zeroed and keeps what is written to it. */
  static Activation constant(TapeKernels kernels, DataType type, int n, int h, int w, int c) {
    long bytes = (long) type.bytes() * n * h * w * c;
    var buffer = Buffer.constant(bytes, kernels.allocate(bytes));
    return new Activation(kernels, type, n, h, w, c, false, buffer, new Gradient());
  }

  /** Allocates memory of the same shape, without a gradient. */
  Activation scratch() {
    return like(type, c, false);
  }

  /** Allocates new memory of the same height and width. */
  Activation like(DataType newType, int newC, boolean isDifferentiable) {
    return of(kernels, newType, n, h, w, newC, isDifferentiable);
  }

  /** Allocates memory for one sample. */
  Activation scratchOfOne() {
    return of(kernels, type, 1, h, w, c, false);
  }

  /** Views the same numbers in another shape. */
  Activation view(int newH, int newW, int newC) {
    return new Activation(kernels, type, n, newH, newW, newC, differentiable, buffer, gradient);
  }

  /** Views the same numbers without a gradient. */
  Activation detached() {
    return new Activation(kernels, type, n, h, w, c, false, buffer, new Gradient());
  }

  DataType type() {
    return type;
  }

  int samples() {
    return n;
  }

  int height() {
    return h;
  }

  int width() {
    return w;
  }

  int channels() {
    return c;
  }

  int pixels() {
    return h * w;
  }

  int rows() {
    return n * h * w;
  }

  int size() {
    return n * h * w * c;
  }

  boolean isDifferentiable() {
    return differentiable;
  }

  boolean hasGradient() {
    return gradient.buffer.isPresent();
  }

  /** Returns the gradient as a value, to be read: zeros if nothing has been added to it. */
  Activation gradient() {
    if (!hasGradient() && gradient.zeros.isEmpty()) {
      gradient.zeros = Optional.of(constant(kernels, type, n, h, w, c).buffer);
    }
    return gradient(gradient.buffer.or(() -> gradient.zeros).orElseThrow());
  }

  /** Returns the gradient as a value, all of which is to be written. */
  Activation writtenGradient() {
    if (gradient.buffer.isEmpty()) {
      gradient.buffer = Optional.of(kernels.memory().buffer((long) type.bytes() * size()));
    }
    return gradient(gradient.buffer.get());
  }

  private Activation gradient(Buffer in) {
    return new Activation(kernels, type, n, h, w, c, false, in, new Gradient());
  }

  /** Makes its gradient share the memory of another value's gradient. */
  void shareGradient(Activation other) {
    gradient.buffer = other.gradient.buffer;
  }

  /** Returns the memory of the numbers. */
  Buffer buffer() {
    return buffer;
  }

  /** Views the value as images, {@code [samples, c, h, w]} in oneDNN's order of axes. */
  dnnl_memory_desc images(int samples) {
    return kernels.strided(
        type, new long[] {samples, c, h, w}, (long) h * w * c, 1, (long) w * c, c);
  }

  dnnl_memory_desc images() {
    return images(n);
  }

  /** Views the value as a matrix, {@code [n·h·w, c]}. */
  dnnl_memory_desc matrix() {
    return kernels.dense(type, rows(), c);
  }

  /** Returns the memory as a {@link #matrix}. */
  Operand asMatrix() {
    return as(matrix());
  }

  Operand as(dnnl_memory_desc description) {
    return as(description, 0);
  }

  /** Returns the memory from an element on. */
  Operand as(dnnl_memory_desc description, long element) {
    return kernels.memory(description, buffer, element * type.bytes());
  }

  /** Views one sample. */
  Operand sample(dnnl_memory_desc description, int i) {
    return as(description, (long) i * h * w * c);
  }

  /** Sets all numbers of a constant. */
  void fill(float value) {
    var bytes = buffer.constant().orElseThrow().bytes(0, buffer.bytes());
    int bits = Float.floatToIntBits(value);
    for (int i = 0; i < size(); i++) {
      switch (type) {
        case FLOAT32 -> bytes.putInt(bits);
        case BFLOAT16 -> bytes.putShort((short) (bits >>> Short.SIZE));
        default -> throw new IllegalStateException(type + " (expected: a type of activations)");
      }
    }
  }

  /** Sets all numbers to 0; not before the tape's memory is allocated. */
  void clear() {
    kernels.memory().clear(buffer);
  }

  /** Returns the numbers of a float32 value; not before the tape's memory is allocated. */
  FloatBuffer floats() {
    return kernels.memory().floats(buffer, size());
  }
}
