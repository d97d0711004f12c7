package io.diffusion4j.nn.weights;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Tensors on the heap. */
public final class TensorMap implements NamedTensors {
  private record Entry(long[] shape, float[] values) {}

  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /** Adds a tensor. */
  public TensorMap put(String name, long[] shape, float[] values) {
    entries.put(name, new Entry(shape, values));
    return this;
  }

  /** Adds copies of tensors, their names behind a prefix. */
  public TensorMap putAll(String prefix, NamedTensors tensors) {
    for (String name : tensors.names()) {
      put(prefix + name, tensors.shape(name), tensors.read(name));
    }
    return this;
  }

  @Override
  public String origin() {
    return "weights in memory";
  }

  @Override
  public Set<String> names() {
    return entries.keySet();
  }

  @Override
  public long[] shape(String name) {
    return entry(name).shape;
  }

  @Override
  public float[] read(String name) {
    return entry(name).values;
  }

  private Entry entry(String name) {
    return Objects.requireNonNull(entries.get(name), name);
  }
}
