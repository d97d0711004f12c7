package io.diffusion4j.tf.train;

import io.diffusion4j.tf.nn.NamedTensors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Tensors on the heap. */
final class TensorMap implements NamedTensors {
  private record Entry(long[] shape, float[] values) {}

  private final Map<String, Entry> entries = new LinkedHashMap<>();

  void put(String name, long[] shape, float[] values) {
    entries.put(name, new Entry(shape, values));
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
