package io.diffusion4j.nn;

import io.diffusion4j.nn.weights.Init;
import io.diffusion4j.nn.weights.NamedTensors;
import io.diffusion4j.nn.weights.Parameter;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Random weights for measurements and tests of untrained networks. Each parameter is a function of
 * the seed and its key, whatever the other parameters.
 *
 * <p>Unlike initial weights of a training, none are all zeros or all ones: TensorFlow would
 * simplify such operations away and falsify the measurement. Values are made on each read, so only
 * one tensor is on the heap.
 */
public final class RandomWeights implements NamedTensors {
  private final Map<String, Parameter> parameters;
  private final long seed;

  private RandomWeights(Map<String, Parameter> parameters, long seed) {
    this.parameters = parameters;
    this.seed = seed;
  }

  /** Returns weights for all parameters of a network. */
  public static RandomWeights of(NetworkDefinition definition, long seed) {
    return of(Manifest.of(definition), seed);
  }

  /** Returns weights for the parameters of a network. */
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
