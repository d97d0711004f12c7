package io.diffusion4j.nn.weights;

import io.diffusion4j.checkpoint.StoredTensor;
import io.diffusion4j.checkpoint.TensorReader;
import java.util.Optional;
import java.util.Set;

/** Named tensors in PyTorch's axis order: a checkpoint on disk, or weights in memory. */
public interface NamedTensors {
  /** Returns the origin for messages: a path or a few words. */
  String origin();

  /** Returns all names. */
  Set<String> names();

  /** Returns the shape of an existing tensor. */
  long[] shape(String name);

  /** Returns the values of an existing tensor, row-major. */
  float[] read(String name);

  /**
   * Returns a reader for parts of an existing tensor, for callers that do not need it on the heap.
   */
  default TensorReader reader(String name) {
    return TensorReader.of(read(name));
  }

  /** Returns the stored bytes of an existing tensor, if they are available. */
  default Optional<StoredTensor> stored(String name) {
    return Optional.empty();
  }
}
