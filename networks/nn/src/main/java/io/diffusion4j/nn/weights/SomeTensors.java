package io.diffusion4j.nn.weights;

import io.diffusion4j.checkpoint.StoredTensor;
import io.diffusion4j.checkpoint.TensorReader;
import java.util.Optional;
import java.util.Set;

/**
 * Some of the tensors of a checkpoint or of weights in memory.
 *
 * @param tensors all of them
 * @param names those that are left
 */
public record SomeTensors(NamedTensors tensors, Set<String> names) implements NamedTensors {
  public SomeTensors {
    names = Set.copyOf(names);
  }

  @Override
  public String origin() {
    return tensors.origin();
  }

  @Override
  public long[] shape(String name) {
    return tensors.shape(name);
  }

  @Override
  public float[] read(String name) {
    return tensors.read(name);
  }

  @Override
  public TensorReader reader(String name) {
    return tensors.reader(name);
  }

  @Override
  public Optional<StoredTensor> stored(String name) {
    return tensors.stored(name);
  }
}
