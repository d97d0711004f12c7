package io.diffusion4j.nn;

import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.nn.weights.Init;
import io.diffusion4j.nn.weights.Parameter;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Random weights for measurements and tests of untrained networks. Each parameter is a function of
 * the seed and its key, whatever the other parameters.
 *
 * <p>Unlike initial weights of a training, none are all zeros or all ones: TensorFlow would
 * simplify such operations away and falsify the measurement. Values are made on each read, so only
 * one tensor is on the heap.
 */
public final class RandomWeights {
  private RandomWeights() {}

  /** Returns weights for all parameters of a network. */
  public static TensorMap of(NetworkDefinition definition, long seed) {
    return of(Manifest.of(definition), seed);
  }

  /** Returns weights for the parameters of a network. */
  public static TensorMap of(Manifest manifest, long seed) {
    var weights = new TensorMap(Path.of("random weights"), Map.of());
    manifest
        .parameters()
        .forEach((key, p) -> weights.put(key, p.shape(), () -> values(key, p, seed)));
    return weights;
  }

  private static float[] values(String key, Parameter parameter, long seed) {
    var random = new SplittableRandom(seed ^ new SplittableRandom(key.hashCode()).nextLong());
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
}
