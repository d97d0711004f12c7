package io.diffusion4j.onednn;

import io.diffusion4j.tf.nn.Parameter;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;

/**
 * A parameter while it is trained: the values that all tapes read, in native memory, and the
 * gradient of each tape's share of the batch. In the graph's order of axes, which is near to what
 * primitives want.
 */
final class Trained {
  private final Kernels kernels;
  private final Parameter parameter;
  private final int size;
  private final Memory values;
  private final List<FloatBuffer> gradients = new ArrayList<>();

  Trained(Kernels kernels, Parameter parameter) {
    this.kernels = kernels;
    this.parameter = parameter;
    this.size = parameter.size();
    this.values = kernels.allocate(bytes());
  }

  private long bytes() {
    return (long) Float.BYTES * size;
  }

  Parameter parameter() {
    return parameter;
  }

  int size() {
    return size;
  }

  FloatBuffer values() {
    return values.floats(0, size);
  }

  dnnl_memory values(dnnl_memory_desc description) {
    return kernels.memory(description, values.at(0));
  }

  /** Adds a gradient. */
  Gradient gradient() {
    var memory = kernels.allocate(bytes());
    gradients.add(memory.floats(0, size));
    return new Gradient(memory);
  }

  /** The gradient of a tape's share. */
  final class Gradient {
    private final Memory memory;

    private Gradient(Memory memory) {
      this.memory = memory;
    }

    FloatBuffer floats() {
      return memory.floats(0, size);
    }

    dnnl_memory as(dnnl_memory_desc description) {
      return kernels.memory(description, memory.at(0));
    }
  }

  /** Some of the sum over all shares, always in the same order. */
  void gradient(int from, int count, float[] into, float[] work) {
    gradients.get(0).get(from, into, 0, count);
    for (int g = 1; g < gradients.size(); g++) {
      gradients.get(g).get(from, work, 0, count);
      for (int i = 0; i < count; i++) {
        into[i] += work[i];
      }
    }
  }
}
