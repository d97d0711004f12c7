package io.diffusion4j.nn.weights;

import io.diffusion4j.checkpoint.StoredTensor;
import io.diffusion4j.checkpoint.TensorReader;
import io.diffusion4j.checkpoint.TensorSource;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The tensors of a file, or a selection of them. */
public final class CheckpointTensors implements NamedTensors {
  private final Path origin;
  private final TensorSource source;
  private final Set<String> names;

  /** Reads all tensors. */
  public CheckpointTensors(Path origin, TensorSource source) {
    this(origin, source, name -> true);
  }

  /** Reads the tensors whose name passes. */
  public CheckpointTensors(Path origin, TensorSource source, Predicate<String> accounted) {
    this.origin = origin;
    this.source = source;
    this.names =
        source.names().stream()
            .filter(accounted)
            .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  @Override
  public String origin() {
    return origin.toString();
  }

  @Override
  public Set<String> names() {
    return names;
  }

  @Override
  public long[] shape(String name) {
    return source.info(name).shape();
  }

  @Override
  public float[] read(String name) {
    return source.readFloats(name);
  }

  @Override
  public TensorReader reader(String name) {
    return stored(name)
        .map(tensor -> TensorReader.of(tensor.dtype(), tensor.bytes()))
        .orElseGet(() -> TensorReader.of(read(name)));
  }

  /** Supports tensors that fit one buffer. */
  @Override
  public Optional<StoredTensor> stored(String name) {
    var info = source.info(name);
    return info.byteSize() <= Integer.MAX_VALUE
        ? Optional.of(new StoredTensor(info.dtype(), source.raw(name)))
        : Optional.empty();
  }
}
