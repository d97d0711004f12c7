package io.diffusion4j.nn;

import io.diffusion4j.nn.weights.Init;
import io.diffusion4j.nn.weights.NamedTensors;
import io.diffusion4j.nn.weights.Parameter;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Weights for a network nobody trained, to measure and test it with: small random numbers, the same
 * for the same seed whatever other parameters there are.
 *
 * <p>Unlike the weights that training starts from, none are all zeros or all ones: TensorFlow would
 * simplify those away, and what was measured would not be the network. Made on each read, so that
 * only one is on the heap.
 */
public final class RandomWeights implements NamedTensors {
  private final Map<String, Parameter> parameters;
  private final long seed;

  private RandomWeights(Map<String, Parameter> parameters, long seed) {
    this.parameters = parameters;
    this.seed = seed;
  }

  /** Weights for all parameters of a network. */
  public static RandomWeights of(NetworkDefinition definition, long seed) {
    return of(Manifest.of(definition), seed);
  }

  /** Weights for the parameters of a network. */
  public static RandomWeights of(Manifest manifest, long seed) {
    return new RandomWeights(manifest.parameters(), seed);
  }

  @Override
  public String origin() {
    return "random weights";
  }

  @Override
  public Set<String> names() {
    return parameters.keySet();
  }

  @Override
  public long[] shape(String name) {
    return parameter(name).shape().clone();
  }

  @Override
  public float[] read(String name) {
    var parameter = parameter(name);
    var random = new SplittableRandom(seed ^ new SplittableRandom(name.hashCode()).nextLong());
    if (parameter.shape().length > 1) {
      return Init.FAN_IN.values(parameter.shape(), random);
    }
    float[] values = Init.uniform(0.1).values(parameter.shape(), random);
    if (parameter.init() == Init.ONES) {
      for (int i = 0; i < values.length; i++) {
        values[i] += 1;
      }
    }
    return values;
  }

  private Parameter parameter(String name) {
    return Objects.requireNonNull(parameters.get(name), name);
  }
}
