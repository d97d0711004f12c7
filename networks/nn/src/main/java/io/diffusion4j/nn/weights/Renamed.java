package io.diffusion4j.nn.weights;

import io.diffusion4j.checkpoint.StoredTensor;
import io.diffusion4j.checkpoint.TensorReader;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Tensors under other names. A tensor may have several names; one without a name is left out.
 *
 * @param tensors all of them
 * @param sources the name of each tensor among these, by its name here
 */
public record Renamed(NamedTensors tensors, Map<String, String> sources) implements NamedTensors {
  public Renamed {
    sources = Collections.unmodifiableMap(new LinkedHashMap<>(sources));
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
