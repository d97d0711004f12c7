package io.diffusion4j.nn;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.weights.Differences;
import io.diffusion4j.nn.weights.Parameter;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The tensors that a component's file must contain: the parameters of its network, and additional
 * tensors.
 */
public final class Manifest {
  private final Map<String, Parameter> parameters;
  private final Map<String, long[]> beside;
  private final Predicate<String> ignored;

  private Manifest(
      Map<String, Parameter> parameters, Map<String, long[]> beside, Predicate<String> ignored) {
    this.parameters = parameters;
    this.beside = beside;
    this.ignored = ignored;
  }

  /** Creates the manifest of a network's parameters. */
  public static Manifest of(NetworkDefinition definition) {
    return new Manifest(Network.of(definition).parameters(), Map.of(), name -> false);
  }

  /** Returns the manifest with an additional tensor that is not a parameter. */
  public Manifest with(String name, long... shape) {
    Map<String, long[]> more = new LinkedHashMap<>(beside);
    more.put(name, shape.clone());
    return new Manifest(parameters, Collections.unmodifiableMap(more), ignored);
  }

  /** Returns the manifest with optional tensors, such as buffers written by older versions. */
  public Manifest ignoring(Predicate<String> buffers) {
    return new Manifest(parameters, beside, ignored.or(buffers));
  }

  /** Returns the parameters of the network by key, in its order. */
  public Map<String, Parameter> parameters() {
    return parameters;
  }

  /** Returns the shapes of all tensors by name: the parameters, then the additional ones. */
  public Map<String, long[]> shapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    parameters.forEach((key, parameter) -> shapes.put(key, parameter.shape()));
    shapes.putAll(beside);
    return shapes;
  }

  /** Compares a file with this manifest. */
  public Differences differences(TensorSource source) {
    return Differences.between(shapes(), source.only(ignored.negate()));
  }

  /**
   * Finds the published network that a file belongs to.
   *
   * @param published the networks by their names in messages
   * @param manifest returns the manifest of a network
   * @param otherwise describes other valid files, in words that follow the names
   * @throws CheckpointException if it is none of them; the message names them
   */
  public static <T> T recognise(
      Path origin,
      TensorSource tensors,
      Map<String, T> published,
      Function<T, Manifest> manifest,
      String otherwise) {
    return published.values().stream()
        .filter(network -> manifest.apply(network).differences(tensors).count() == 0)
        .findFirst()
        .orElseThrow(
            () ->
                new CheckpointException(
                    origin,
                    "tensors of another network (expected: "
                        + String.join(", ", published.keySet())
                        + otherwise
                        + ")"));
  }
}
