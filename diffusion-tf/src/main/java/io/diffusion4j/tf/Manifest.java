package io.diffusion4j.tf;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.tf.nn.Differences;
import io.diffusion4j.tf.nn.Nn;
import io.diffusion4j.tf.nn.Parameter;
import io.diffusion4j.tf.nn.Precision;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.tensorflow.Graph;
import org.tensorflow.op.Ops;

/**
 * What the weights of a component must be: the parameters of its network, found by building it
 * without any, and the tensors that are kept beside them.
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

  /** All that a network asks for, and nothing else. */
  public static Manifest of(Network network) {
    var weights = new PlaceholderWeights();
    try (var graph = new Graph()) {
      network.build(Nn.of(graph, weights, Precision.FLOAT32), Inputs.of(Ops.create(graph)));
    }
    return of(weights.parameters());
  }

  static Manifest of(Map<String, Parameter> parameters) {
    return new Manifest(Collections.unmodifiableMap(parameters), Map.of(), name -> false);
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
    Set<String> names =
        source.names().stream().filter(ignored.negate()).collect(Collectors.toSet());
    return Differences.between(shapes(), names, name -> source.info(name).shape());
  }
}
