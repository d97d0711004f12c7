package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.StoredTensor;
import io.diffusion4j.checkpoint.TensorReader;
import io.diffusion4j.nn.weights.NamedTensors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Tensors of diffusers under the names of now: before version 0.17 the projections of attention had
 * others. Each tensor is looked at by itself, as files were converted in part.
 */
final class CurrentNames implements NamedTensors {
  private static final Map<String, String> OLD =
      Map.of("query", "to_q", "key", "to_k", "value", "to_v", "proj_attn", "to_out.0");

  private final NamedTensors tensors;
  private final Map<String, String> sources = new LinkedHashMap<>();

  CurrentNames(NamedTensors tensors) {
    this.tensors = tensors;
    tensors.names().forEach(name -> sources.put(current(name), name));
  }

  /** The name of now. */
  static String current(String name) {
    String[] parts = name.split("\\.", -1);
    int last = parts.length - 2; // before weight or bias
    if (last >= 2 && parts[last - 2].equals("attentions") && OLD.containsKey(parts[last])) {
      parts[last] = Objects.requireNonNull(OLD.get(parts[last]));
      return String.join(".", parts);
    }
    return name;
  }

  private String source(String name) {
    return Objects.requireNonNull(sources.get(name), name);
  }

  @Override
  public String origin() {
    return tensors.origin();
  }

  @Override
  public Set<String> names() {
    return sources.keySet();
  }

  @Override
  public long[] shape(String name) {
    return tensors.shape(source(name));
  }

  @Override
  public float[] read(String name) {
    return tensors.read(source(name));
  }

  @Override
  public TensorReader reader(String name) {
    return tensors.reader(source(name));
  }

  @Override
  public Optional<StoredTensor> stored(String name) {
    return tensors.stored(source(name));
  }
}
