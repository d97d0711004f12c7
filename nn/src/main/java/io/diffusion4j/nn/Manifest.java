package io.diffusion4j.nn;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.weights.Differences;
import io.diffusion4j.nn.weights.Parameter;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * What the weights of a component must be: the parameters of its network, and the tensors that are
 * kept beside them.
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

  /** All parameters of a network, and nothing else. */
  public static Manifest of(NetworkDefinition definition) {
    return new Manifest(Network.of(definition).parameters(), Map.of(), name -> false);
  }

  /** The same with a tensor that the network does not ask for. */
  public Manifest with(String name, long... shape) {
    Map<String, long[]> more = new LinkedHashMap<>(beside);
    more.put(name, shape.clone());
    return new Manifest(parameters, Collections.unmodifiableMap(more), ignored);
  }

  /** The same where some tensors may be there or not: buffers that older versions wrote. */
  public Manifest ignoring(Predicate<String> buffers) {
    return new Manifest(parameters, beside, ignored.or(buffers));
  }

  /** What the network asks for, by key, in its order. */
  public Map<String, Parameter> parameters() {
    return parameters;
  }

  /** The shapes of all tensors by name: the parameters, then those beside them. */
  public Map<String, long[]> shapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    parameters.forEach((key, parameter) -> shapes.put(key, parameter.shape()));
    shapes.putAll(beside);
    return shapes;
  }

  /** How a file differs from this. */
  public Differences differences(TensorSource source) {
    return differences(source, name -> name);
  }

  /**
   * The same of a file with names of before.
   *
   * @param current the name that a parameter has now
   */
  public Differences differences(TensorSource source, UnaryOperator<String> current) {
    Map<String, String> stored = new HashMap<>();
    source.names().forEach(name -> stored.put(current.apply(name), name));
    Set<String> names =
        stored.keySet().stream().filter(ignored.negate()).collect(Collectors.toSet());
    return Differences.between(
        shapes(), names, name -> source.info(stored.getOrDefault(name, name)).shape());
  }

  /**
   * Which of some published networks a file is of.
   *
   * @param published by the names that messages call them
   * @param manifest what the weights of one must be
   * @param otherwise what else would do, in words that follow the names
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
