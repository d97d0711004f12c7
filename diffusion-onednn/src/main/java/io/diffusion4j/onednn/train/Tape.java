package io.diffusion4j.onednn.train;

import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;

import io.diffusion4j.onednn.core.After;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Pool;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * A network as kernels, forwards and backwards, for a fixed number of samples: reverse-mode
 * differentiation of a program that never changes. Layers add themselves by {@link #forward} and
 * {@link #derivative}; {@link #finish} turns the derivatives into the backward program, the last
 * layer's first.
 *
 * <p>A tape may have segments. Values that are not {@linkplain #lasting lasting} then share memory
 * with other segments, and are computed again before the derivatives of their segment (Chen et al.
 * 2016).
 *
 * <p>Normalising layers process one sample after the other, so that the pixels stay in the
 * processor's caches between the passes.
 */
final class Tape {
  /** Part of the program. */
  @FunctionalInterface
  interface Step {
    void run(dnnl_stream stream);
  }

  private final Kernels kernels;
  private final DataType type;
  private final int samples;
  private final Function<String, Trained> parameters;
  private final Pool pool;
  private final List<Segment> segments = new ArrayList<>();
  private Segment current;

  /** A part of the program, and the memory that it shares with other parts, if any. */
  private static final class Segment {
    final Optional<Pool.Room> room;
    final List<Step> forward = new ArrayList<>();
    final List<Runnable> derivatives = new ArrayList<>();
    final List<Step> backward = new ArrayList<>();

    Segment(Optional<Pool.Room> room) {
      this.room = room;
    }

    /**
     * Computes its values.
     *
     * @param isLatest whether its derivatives are computed next
     */
    void runForward(dnnl_stream stream, boolean isLatest) {
      if (isLatest) {
        room.ifPresent(Pool.Room::clearGradients);
      }
      forward.forEach(step -> step.run(stream));
    }
  }

  /**
   * Creates an empty tape.
   *
   * @param type type of activations with pixels or tokens; vectors are in float32
   * @param samples samples of each run
   * @param parameters the parameters by key
   */
  Tape(Kernels kernels, DataType type, int samples, Function<String, Trained> parameters) {
    this.kernels = kernels;
    this.type = type;
    this.samples = samples;
    this.parameters = parameters;
    this.pool = kernels.pool();
    this.current = new Segment(Optional.empty());
    segments.add(current);
  }

  /** Begins a segment, whose values share their memory with those of other segments. */
  void beginSegment() {
    current = new Segment(Optional.of(pool.new Room()));
    segments.add(current);
    kernels.allocateFrom(current.room);
  }

  /** Creates values with exclusive memory: those that other segments read, and constants. */
  <T> T lasting(Supplier<T> made) {
    var room = kernels.room();
    kernels.allocateFrom(Optional.empty());
    try {
      return made.get();
    } finally {
      kernels.allocateFrom(room);
    }
  }

  Kernels kernels() {
    return kernels;
  }

  DataType type() {
    return type;
  }

  int samples() {
    return samples;
  }

  Trained parameter(String key) {
    return parameters.apply(key);
  }

  /** Returns an optional parameter of a layer. */
  Optional<Trained> optional(String key) {
    return key.isEmpty() ? Optional.empty() : Optional.of(parameter(key));
  }

  /**
   * Adds a fed value, in float32.
   *
   * @param differentiated whether its gradient is needed
   */
  Activation input(int h, int w, int c, boolean differentiated) {
    return Activation.of(kernels, DataType.FLOAT32, samples, h, w, c, differentiated);
  }

  /** Returns a parameter as a value that all samples share, in float32. */
  Activation learned(Trained parameter, int h, int w, int c) {
    var y = Activation.of(kernels, DataType.FLOAT32, 1, h, w, c, true);
    var flat = kernels.dense(DataType.FLOAT32, y.size());
    forward(kernels.copy(flat, parameter.values(flat), flat, y.as(flat)));
    derivative(
        () ->
            backward(
                kernels.copy(flat, y.gradient().as(flat), flat, parameter.gradient().as(flat))));
    return y;
  }

  /** Allocates the result of a layer. */
  Activation result(DataType of, int h, int w, int c) {
    return Activation.of(kernels, of, samples, h, w, c, true);
  }

  Activation resultLike(Activation x) {
    return x.like(x.type(), x.channels(), true);
  }

  // The program

  void forward(Step step) {
    current.forward.add(step);
  }

  void backward(Step step) {
    current.backward.add(step);
  }

  /**
   * Registers a derivative, which adds a layer's backward steps after those of all later layers.
   */
  void derivative(Runnable steps) {
    current.derivatives.add(steps);
  }

  /** Completes the program; the gradients of its results must have been allocated before. */
  void finish() {
    for (int s = segments.size() - 1; s >= 0; s--) {
      current = segments.get(s);
      kernels.allocateFrom(current.room);
      current.room.ifPresent(Pool.Room::beginGradients);
      for (int i = current.derivatives.size() - 1; i >= 0; i--) {
        current.derivatives.get(i).run();
      }
      current.derivatives.clear();
    }
    kernels.allocateFrom(Optional.empty());
    current = segments.get(segments.size() - 1);
  }

  /** Runs forward with the {@linkplain Trained#pack packed} values of the parameters. */
  void runForward(dnnl_stream stream) {
    for (Segment segment : segments) {
      segment.runForward(stream, segment == current);
    }
  }

  /** Runs backward, from the gradients of the results to those of the parameters. */
  void runBackward(dnnl_stream stream) {
    int last = segments.size() - 1;
    for (int s = last; s >= 0; s--) {
      var segment = segments.get(s);
      if (s < last && segment.room.isPresent()) {
        segment.runForward(stream, true);
      }
      segment.backward.forEach(step -> step.run(stream));
    }
  }

  // Gradients

  /**
   * Adds a part of the gradient of x.
   *
   * @param part adds backward steps that overwrite the given memory
   */
  void contribute(Activation x, Consumer<Activation> part) {
    if (!x.isDifferentiable()) {
      return;
    }
    if (!x.hasGradient()) {
      part.accept(x.gradient());
      return;
    }
    var more = x.scratch();
    part.accept(more);
    accumulate(x.gradient(), more);
  }

  /** Adds the gradient of y to that of x; if it is the first part, they share memory. */
  void passOn(Activation x, Activation y) {
    if (!x.isDifferentiable()) {
      return;
    }
    if (x.hasGradient()) {
      accumulate(x.gradient(), y.gradient());
    } else if (x.isLasting() && !y.isLasting()) {
      var from = y.gradient();
      var to = x.gradient();
      backward(
          kernels.copy(from.matrix(), from.as(from.matrix()), to.matrix(), to.as(to.matrix())));
    } else {
      x.shareGradient(y);
    }
  }

  private void accumulate(Activation sum, Activation part) {
    var description = sum.matrix();
    backward(
        kernels.binary(
            dnnl_binary_add,
            description,
            sum.as(description),
            description,
            part.as(description),
            sum.as(description),
            After.NOTHING));
  }
}
