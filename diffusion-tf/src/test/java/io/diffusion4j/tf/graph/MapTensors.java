package io.diffusion4j.tf.graph;

import io.diffusion4j.nn.weights.NamedTensors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** A checkpoint in memory. */
final class MapTensors implements NamedTensors {
  private record Entry(long[] shape, float[] values) {}

  private final Map<String, Entry> entries = new LinkedHashMap<>();

  MapTensors put(String name, float[] values, long... shape) {
    entries.put(name, new Entry(shape, values));
    return this;
  }

  @Override
  public String origin() {
    return "memory";
  }

  @Override
  public Set<String> names() {
    return entries.keySet();
  }

  @Override
  public long[] shape(String name) {
    return Objects.requireNonNull(entries.get(name)).shape;
  }

  @Override
  public float[] read(String name) {
    return Objects.requireNonNull(entries.get(name)).values;
  }
}
