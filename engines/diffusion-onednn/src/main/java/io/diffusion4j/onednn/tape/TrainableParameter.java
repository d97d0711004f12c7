package io.diffusion4j.onednn.tape;

import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_equal;

import io.diffusion4j.nn.train.group.Round;
import io.diffusion4j.nn.weights.Parameter;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Memory;
import io.diffusion4j.onednn.core.Operand;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * A parameter in training: the values that all tapes read, in native memory, and the gradient of
 * each tape's share of the batch. The axes have the graph's order, which is close to the
 * primitives' order; orders that primitives prefer are packed once for all tapes when the values
 * change.
 */
public final class TrainableParameter {
  private final TapeKernels kernels;
  private final Parameter parameter;
  private final boolean frozen;
  private final int size;
  private final Memory values;

  /** The gradient of each tape. */
  private final List<List<Gradient>> gradients = new ArrayList<>();

  private final List<Packed> packed = new ArrayList<>();
  private final List<Kernel> packing = new ArrayList<>();
  private Optional<Memory> rounded = Optional.empty();
  private int tape;
  private int lastTape = -1;

  /** The tapes with a gradient, and the gradients of the last one, that were compiled. */
  private int tapes;

  private int added;

  /** The values in the orders of some primitives. */
  private record Packed(dnnl_memory_desc wanted, Operand memory) {}

  /**
   * Allocates a parameter.
   *
   * @param frozen whether it never changes, so the sum of its gradients is not needed
   */
  public TrainableParameter(TapeKernels kernels, Parameter parameter, boolean frozen) {
    this.kernels = kernels;
    this.frozen = frozen;
    this.parameter = parameter;
    this.size = parameter.size();
    this.values = kernels.allocate(bytes());
  }

  private long bytes() {
    return (long) Float.BYTES * size;
  }

  /** Returns the parameter. */
  public Parameter parameter() {
    return parameter;
  }

  /** Returns the number of elements. */
  public int size() {
    return size;
  }

  /** Whether it never changes. */
  boolean isFrozen() {
    return frozen;
  }

  /** Returns the values, in native memory. */
  public FloatBuffer values() {
    return values.floats(0, size);
  }

  /** Returns the values for the primitives of a tape, which may be closed before the parameter. */
  Operand values(TapeKernels ofTape, dnnl_memory_desc description) {
    return ofTape.memory(description, values.at(0));
  }

  /**
   * Returns the values in a primitive's order, filled at the next {@linkplain #pack packing}.
   *
   * @param type type that the primitive reads
   * @param plain description of the values, in that type
   * @param wanted description of the primitive's order
   */
  Operand packed(DataType type, dnnl_memory_desc plain, dnnl_memory_desc wanted) {
    for (Packed known : packed) {
      if (dnnl_memory_desc_equal(known.wanted, wanted) != 0) {
        return known.memory;
      }
    }
    var source = type == DataType.FLOAT32 ? values : rounded();
    var memory = kernels.memory(wanted);
    packing.add(kernels.copy(kernels.memory(plain, source.at(0)), memory));
    packed.add(new Packed(kernels.lasting(wanted), memory)); // that of a tape ends with the tape
    return memory;
  }

  /** Returns the values in bfloat16, from which packing is twice as fast as from float32. */
  private Memory rounded() {
    if (rounded.isEmpty()) {
      var memory = kernels.allocate((long) DataType.BFLOAT16.bytes() * size);
      var from = kernels.dense(DataType.FLOAT32, size);
      var to = kernels.dense(DataType.BFLOAT16, size);
      packing.add(kernels.copy(values(kernels, from), kernels.memory(to, memory.at(0))));
      rounded = Optional.of(memory);
    }
    return rounded.get();
  }

  /** Packs the values for the primitives. */
  public void pack(dnnl_stream stream) {
    packing.forEach(kernel -> kernel.run(stream));
  }

  /** Begins to add the gradients of a tape. */
  TrainableParameter on(int newTape) {
    tape = newTape;
    return this;
  }

  /**
   * Returns memory for a gradient of a tape: an added one, or a buffer that is never read if the
   * parameter is frozen.
   */
  Operand gradient(TapeKernels ofTape, dnnl_memory_desc description) {
    return frozen ? ofTape.buffer(description) : gradient().as(description);
  }

  /** Adds a gradient. */
  public Gradient gradient() {
    if (tape != lastTape) {
      lastTape = tape;
      tapes++;
      added = 0;
    }
    if (tapes > gradients.size()) {
      gradients.add(new ArrayList<>());
    }
    var own = gradients.get(tapes - 1);
    if (added == own.size()) {
      own.add(new Gradient(kernels.allocate(bytes())));
    }
    added++;
    return own.get(added - 1);
  }

  /**
   * Lets the next tapes write the gradients of those before, which have the same layers and never
   * run in the same step.
   */
  public void shareGradients() {
    lastTape = -1;
    tapes = 0;
  }

  /** Replaces the gradients of all tapes by summands of nothing. */
  public void dropGradients() {
    float[] nothing = Round.nothing(size);
    gradients.forEach(own -> own.forEach(gradient -> gradient.floats().put(0, nothing)));
  }

  /** Returns the gradient of a tape's share. */
  public final class Gradient {
    private final Memory memory;

    private Gradient(Memory memory) {
      this.memory = memory;
    }

    /** Returns the numbers, in native memory. */
    public FloatBuffer floats() {
      return memory.floats(0, size);
    }

    Operand as(dnnl_memory_desc description) {
      return kernels.memory(description, memory.at(0));
    }
  }

  /**
   * Returns the number of working arrays that {@link #gradient(int, int, float[], float[][])}
   * needs.
   */
  public int depth() {
    return 1 + Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(0, gradients.size() - 1));
  }

  /**
   * Sums some of the gradients of all tapes in the tree of {@link Round}; zeros if the network does
   * not depend on the parameter.
   */
  public void gradient(int from, int count, float[] into, float[][] work) {
    if (gradients.isEmpty()) {
      Arrays.fill(into, 0, count, 0);
      return;
    }
    sum(0, gradients.size(), from, count, into, work, 0);
  }

  private void sum(
      int first, int last, int from, int count, float[] into, float[][] work, int level) {
    if (last - first == 1) {
      var own = gradients.get(first);
      own.get(0).floats().get(from, into, 0, count);
      for (int g = 1; g < own.size(); g++) {
        own.get(g).floats().get(from, work[level], 0, count);
        add(into, work[level], count);
      }
      return;
    }
    int middle = first + Round.half(last - first);
    sum(first, middle, from, count, into, work, level);
    sum(middle, last, from, count, work[level], work, level + 1);
    add(into, work[level], count);
  }

  private static void add(float[] sum, float[] more, int count) {
    for (int i = 0; i < count; i++) {
      sum[i] += more[i];
    }
  }
}
