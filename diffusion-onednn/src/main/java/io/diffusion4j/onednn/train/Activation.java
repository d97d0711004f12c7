package io.diffusion4j.onednn.train;

import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Memory;
import java.nio.FloatBuffer;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.javacpp.Pointer;

/**
 * A value on a {@link Tape}, {@code [n, h, w, c]} in channels-last order; a matrix is {@code [n, 1,
 * 1, c]}, a sequence {@code [n, 1, w, c]}. Its gradient has the same shape.
 */
final class Activation {
  private final Kernels kernels;
  private final DataType type;
  private final int n;
  private final int h;
  private final int w;
  private final int c;
  private final boolean differentiable;
  private final Memory memory;
  private final Gradient gradient;

  /** State that all views of a value share. */
  private static final class Gradient {
    java.util.Optional<Memory> memory = java.util.Optional.empty();

    /** Whether its memory, and so the value, is exclusive. */
    final boolean lasting;

    Gradient(boolean lasting) {
      this.lasting = lasting;
    }
  }

  private Activation(
      Kernels kernels,
      DataType type,
      int n,
      int h,
      int w,
      int c,
      boolean differentiable,
      Memory memory,
      Gradient gradient) {
    this.kernels = kernels;
    this.type = type;
    this.n = n;
    this.h = h;
    this.w = w;
    this.c = c;
    this.differentiable = differentiable;
    this.memory = memory;
    this.gradient = gradient;
  }

  static Activation of(
      Kernels kernels, DataType type, int n, int h, int w, int c, boolean differentiable) {
    long bytes = (long) type.bytes() * n * h * w * c;
    return new Activation(
        kernels,
        type,
        n,
        h,
        w,
        c,
        differentiable,
        kernels.allocate(bytes),
        new Gradient(kernels.room().isEmpty()));
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
    return new Activation(kernels, type, n, newH, newW, newC, differentiable, memory, gradient);
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

  /** Whether it is kept after its segment of the tape has run. */
  boolean isLasting() {
    return gradient.lasting;
  }

  boolean hasGradient() {
    return gradient.memory.isPresent();
  }

  /** Returns the gradient as a value; its memory is allocated at the first call. */
  Activation gradient() {
    long bytes = (long) type.bytes() * size();
    var of =
        gradient.memory.orElseGet(
            () -> isLasting() ? kernels.allocateLasting(bytes) : kernels.allocate(bytes));
    gradient.memory = java.util.Optional.of(of);
    return new Activation(kernels, type, n, h, w, c, false, of, new Gradient(isLasting()));
  }

  /** Makes its gradient share the memory of another value's gradient. */
  void shareGradient(Activation other) {
    gradient.memory = other.gradient.memory;
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

  dnnl_memory as(dnnl_memory_desc description) {
    return as(description, 0);
  }

  /** Returns the memory from an element on. */
  dnnl_memory as(dnnl_memory_desc description, long element) {
    return kernels.memory(description, at(element));
  }

  /** Views one sample. */
  dnnl_memory sample(dnnl_memory_desc description, int i) {
    return as(description, (long) i * h * w * c);
  }

  Pointer at(long element) {
    return memory.at(element * type.bytes());
  }

  /** Sets all numbers to 0. */
  void clear() {
    memory.clear();
  }

  /** Returns the numbers of a float32 value. */
  FloatBuffer floats() {
    return memory.floats(0, size());
  }
}
