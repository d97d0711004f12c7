package io.diffusion4j.onednn.tape;

import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;

import io.diffusion4j.onednn.core.Buffer;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.PostOps;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * <p>All values and gradients lie in one arena. A value has bytes of its own from the first step
 * that writes it to the last that reads it, forwards or backwards; at other times they belong to
 * other values. So each step declares the buffers that it uses.
 *
 * <p>A tape may have segments. Values that are not {@linkplain #lasting lasting} then lose their
 * bytes when their segment has run, and are computed again before its derivatives (Chen et al.
 * 2016).
 *
 * <p>Normalising layers process one sample after the other, so that the pixels stay in the
 * processor's caches between the passes.
 */
final class Tape {
  /** Part of the program. */
  interface Step {
    void run(dnnl_stream stream);

    /** Returns the buffers that the step reads or writes. */
    Collection<Buffer> buffers();
  }

  /** A step in Java. */
  private record Code(Collection<Buffer> buffers, Consumer<dnnl_stream> work) implements Step {
    @Override
    public void run(dnnl_stream stream) {
      work.accept(stream);
    }
  }

  /** A step in the order of execution, and the pass that it belongs to. */
  private record Timed(Step step, int pass) {}

  /** The pass of values that are not computed again. */
  private static final int WHOLE = -1;

  private final TapeKernels kernels;
  private final DataType type;
  private final int samples;
  private final Function<String, TrainableParameter> parameters;
  private final List<Segment> segments = new ArrayList<>();
  private final List<Activation> fed = new ArrayList<>();
  private final Map<DataType, Map<Integer, Activation>> ones = new HashMap<>();
  private final List<Step> forward = new ArrayList<>();
  private final List<Step> backward = new ArrayList<>();
  private Segment current;

  /**
   * A part of the program.
   *
   * @param isRecomputed whether its values are lost when another segment runs
   */
  private record Segment(
      boolean isRecomputed, List<Step> forward, List<Runnable> derivatives, List<Step> backward) {
    Segment(boolean isRecomputed) {
      this(isRecomputed, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }
  }

  /**
   * Creates an empty tape.
   *
   * @param type type of activations with pixels or tokens; vectors are in float32
   * @param samples samples of each run
   * @param parameters the parameters by key
   */
  Tape(
      TapeKernels kernels,
      DataType type,
      int samples,
      Function<String, TrainableParameter> parameters) {
    this.kernels = kernels;
    this.type = type;
    this.samples = samples;
    this.parameters = parameters;
    this.current = new Segment(false);
    segments.add(current);
  }

  /** Begins a segment, whose values are lost when another segment runs. */
  void beginSegment() {
    current = new Segment(true);
    segments.add(current);
    kernels.memory().recompute(true);
  }

  /** Creates values that are kept when another segment runs. */
  <T> T lasting(Supplier<T> made) {
    boolean recomputes = kernels.memory().recomputes();
    kernels.memory().recompute(false);
    try {
      return made.get();
    } finally {
      kernels.memory().recompute(recomputes);
    }
  }

  TapeKernels kernels() {
    return kernels;
  }

  DataType type() {
    return type;
  }

  int samples() {
    return samples;
  }

  TrainableParameter parameter(String key) {
    return parameters.apply(key);
  }

  /** Returns an optional parameter of a layer. */
  Optional<TrainableParameter> optional(String key) {
    return key.isEmpty() ? Optional.empty() : Optional.of(parameter(key));
  }

  /**
   * Adds a fed value, in float32.
   *
   * @param differentiated whether its gradient is needed
   */
  Activation input(int h, int w, int c, boolean differentiated) {
    var input = Activation.of(kernels, DataType.FLOAT32, samples, h, w, c, differentiated);
    fed.add(input);
    return input;
  }

  /** Returns a constant row of ones. */
  Activation ones(DataType of, int count) {
    return ones.computeIfAbsent(of, t -> new HashMap<>())
        .computeIfAbsent(
            count,
            n -> {
              var row = Activation.constant(kernels, of, 1, 1, 1, n);
              row.fill(1);
              return row;
            });
  }

  /** Returns a parameter as a value that all samples share, in float32. */
  Activation learned(TrainableParameter parameter, int h, int w, int c) {
    var y = Activation.of(kernels, DataType.FLOAT32, 1, h, w, c, !parameter.isFrozen());
    var flat = kernels.dense(DataType.FLOAT32, y.size());
    forward(kernels.copy(parameter.values(kernels, flat), y.as(flat)));
    if (!parameter.isFrozen()) {
      derivative(
          () -> backward(kernels.copy(y.gradient().as(flat), parameter.gradient().as(flat))));
    }
    return y;
  }

  /** Allocates a value. */
  Activation value(DataType of, int n, int h, int w, int c, boolean differentiable) {
    return Activation.of(kernels, of, n, h, w, c, differentiable);
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

  /**
   * Adds a step in Java.
   *
   * @param used everything that it reads or writes
   */
  void forward(Collection<Buffer> used, Consumer<dnnl_stream> work) {
    forward(new Code(used, work));
  }

  void backward(Step step) {
    current.backward.add(step);
  }

  /**
   * Adds a step in Java.
   *
   * @param used everything that it reads or writes
   */
  void backward(Collection<Buffer> used, Consumer<dnnl_stream> work) {
    backward(new Code(used, work));
  }

  /**
   * Registers a derivative, which adds a layer's backward steps after those of all later layers.
   */
  void derivative(Runnable steps) {
    current.derivatives.add(steps);
  }

  /** Registers a derivative that is not needed if nothing has been added to the gradient of y. */
  void derivative(Activation y, Runnable steps) {
    derivative(
        () -> {
          if (y.hasGradient()) {
            steps.run();
          }
        });
  }

  /**
   * Completes the program, and allocates the memory of all values.
   *
   * @param results values that are read after the forward pass
   * @param differentiated those whose gradients are set then
   */
  void finish(List<Activation> results, List<Activation> differentiated) {
    kernels.memory().recompute(false); // each gradient belongs to one pass, the backward one
    differentiated.forEach(Activation::writtenGradient);
    for (int s = segments.size() - 1; s >= 0; s--) {
      current = segments.get(s);
      for (int i = current.derivatives.size() - 1; i >= 0; i--) {
        current.derivatives.get(i).run();
      }
      current.derivatives.clear();
    }
    plan(results, differentiated);
    kernels.allocateValues();
  }

  /** Puts the steps into their order, and finds when each buffer is used. */
  private void plan(List<Activation> results, List<Activation> differentiated) {
    int last = segments.size() - 1;
    List<Timed> before = new ArrayList<>();
    List<Timed> after = new ArrayList<>();
    for (int s = 0; s <= last; s++) {
      add(segments.get(s).forward, s, before);
    }
    for (int s = last; s >= 0; s--) {
      var segment = segments.get(s);
      int pass = segment.isRecomputed && s < last ? segments.size() + s : s;
      if (pass != s) {
        add(segment.forward, pass, after);
      }
      add(segment.backward, pass, after);
    }
    int time = 0;
    use(fed.stream().map(Activation::buffer).toList(), WHOLE, time++);
    time = use(before, time);
    use(results.stream().map(Activation::buffer).toList(), WHOLE, time);
    use(differentiated.stream().map(y -> y.gradient().buffer()).toList(), WHOLE, time++);
    time = use(after, time);
    use(
        fed.stream().filter(Activation::hasGradient).map(x -> x.gradient().buffer()).toList(),
        WHOLE,
        time);
    before.forEach(timed -> forward.add(timed.step));
    after.forEach(timed -> backward.add(timed.step));
    segments.clear();
  }

  private static void add(List<Step> steps, int pass, List<Timed> to) {
    steps.forEach(step -> to.add(new Timed(step, pass)));
  }

  /** Notes what steps use, and returns the time after them. */
  private int use(List<Timed> steps, int from) {
    int time = from;
    for (Timed timed : steps) {
      use(timed.step.buffers(), timed.pass, time++);
    }
    return time;
  }

  private void use(Collection<Buffer> buffers, int pass, int time) {
    for (Buffer buffer : buffers) {
      buffer.usedIn(kernels.memory().isRecomputed(buffer) ? pass : WHOLE, time);
    }
  }

  /** Runs forward with the {@linkplain TrainableParameter#pack packed} values of the parameters. */
  void runForward(dnnl_stream stream) {
    forward.forEach(step -> step.run(stream));
  }

  /** Runs backward, from the gradients of the results to those of the parameters. */
  void runBackward(dnnl_stream stream) {
    backward.forEach(step -> step.run(stream));
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
      part.accept(x.writtenGradient());
      return;
    }
    var more = x.scratch();
    part.accept(more);
    accumulate(x.gradient(), more);
  }

  /**
   * Adds a part of the gradient of x by steps that also compute gradients of others, and so are
   * needed even if that of x is not.
   */
  void contributeWithOthers(Activation x, Consumer<Activation> part) {
    if (x.isDifferentiable()) {
      contribute(x, part);
    } else {
      part.accept(x.scratch());
    }
  }

  /** Adds the gradient of y to that of x; if it is the first part, they share memory. */
  void passOn(Activation x, Activation y) {
    if (!x.isDifferentiable()) {
      return;
    }
    if (x.hasGradient()) {
      accumulate(x.gradient(), y.gradient());
    } else {
      x.shareGradient(y);
    }
  }

  private void accumulate(Activation sum, Activation part) {
    var whole = sum.asMatrix();
    backward(kernels.binary(dnnl_binary_add, whole, part.asMatrix(), whole, PostOps.NOTHING));
  }
}
