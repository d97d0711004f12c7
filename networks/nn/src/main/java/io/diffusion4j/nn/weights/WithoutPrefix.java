package io.diffusion4j.nn.weights;

import io.diffusion4j.checkpoint.StoredTensor;
import io.diffusion4j.checkpoint.TensorReader;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The tensors whose names begin with a prefix, with the prefix removed: one network's share of
 * weights that were trained together.
 *
 * @param tensors all of them
 * @param prefix such as {@code decoder.}
 */
public record WithoutPrefix(NamedTensors tensors, String prefix) implements NamedTensors {
  @Override
  public String origin() {
    return tensors.origin();
  }

  @Override
  public Set<String> names() {
    return tensors.names().stream()
        .filter(name -> name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()))
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public long[] shape(String name) {
    return tensors.shape(prefix + name);
  }

  @Override
  public float[] read(String name) {
    return tensors.read(prefix + name);
  }

  @Override
  public TensorReader reader(String name) {
    return tensors.reader(prefix + name);
  }

  @Override
  public Optional<StoredTensor> stored(String name) {
    return tensors.stored(prefix + name);
  }
}
