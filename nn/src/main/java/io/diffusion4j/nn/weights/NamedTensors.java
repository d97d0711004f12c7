package io.diffusion4j.nn.weights;

import io.diffusion4j.checkpoint.StoredTensor;
import io.diffusion4j.checkpoint.TensorReader;
import java.util.Optional;
import java.util.Set;

/** Named tensors in PyTorch's axis order: a checkpoint on disk, or weights in memory. */
public interface NamedTensors {
  /** Where they are from, for messages: a path or a few words. */
  String origin();

  /** All names. */
  Set<String> names();

  /** The shape of a tensor that is there. */
  long[] shape(String name);

  /** The values of a tensor that is there, row-major. */
  float[] read(String name);

  /** The values of a tensor that is there, in parts, for whom they need not be on the heap. */
  default TensorReader reader(String name) {
    return TensorReader.of(read(name));
  }

  /** The bytes of a tensor that is there, if they are at hand as they are stored. */
  default Optional<StoredTensor> stored(String name) {
    return Optional.empty();
  }
}
