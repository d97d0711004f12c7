package io.diffusion4j.nn.train;

import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Executable;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The loss of the features of a known number of rows, with its gradients by them. All features are
 * one input of a network for a batch of one, so an engine can compute its gradient.
 */
final class FeatureLoss implements AutoCloseable {
  private static final String FEATURES = "features";

  private final LossNetwork loss;
  private final Executable executable;

  /** The places of the features among all numbers: each begins where the one before ends. */
  private final int[] places;

  /**
   * The loss, and its gradient by each of the features.
   *
   * @param gradients row-major, of all rows
   */
  record Result(LossNetwork.Value value, List<float[]> gradients) {}

  /**
   * Compiles a loss.
   *
   * @param samples the shape of each feature of a row
   */
  FeatureLoss(FeatureObjective objective, List<List<Long>> samples, int rows, Compute compute) {
    List<long[]> shapes = new ArrayList<>();
    places = new int[samples.size() + 1];
    for (int i = 0; i < samples.size(); i++) {
      List<Long> shape = new ArrayList<>(List.of((long) rows));
      shape.addAll(samples.get(i));
      shapes.add(shape.stream().mapToLong(Long::longValue).toArray());
      long size = shape.stream().reduce(1L, Math::multiplyExact);
      places[i + 1] = Math.toIntExact(places[i] + size);
    }
    loss =
        LossNetwork.of(
            (nn, inputs) -> {
              var all = nn.sum(inputs.floats(FEATURES, places[samples.size()]), 0); // the one row
              List<Tensor> features = new ArrayList<>();
              for (int i = 0; i < samples.size(); i++) {
                var flat = nn.slice(all, places[i], places[i + 1] - places[i]);
                features.add(nn.reshape(flat, shapes.get(i)));
              }
              return objective.loss(nn, features);
            });
    executable = Engines.compileWithGradient(loss.network(), FEATURES, new TensorMap(), compute);
  }

  /** Computes the loss of the features of all rows. */
  Result of(List<float[]> features) {
    var all = FloatBuffer.allocate(places[features.size()]);
    features.forEach(all::put);
    var results = executable.run(new Batch(1).floats(FEATURES, all.array()));
    float[] gradient = results.get(results.size() - 1);
    List<float[]> gradients = new ArrayList<>();
    for (int i = 0; i < features.size(); i++) {
      gradients.add(Arrays.copyOfRange(gradient, places[i], places[i + 1]));
    }
    return new Result(loss.value(results::get), gradients);
  }

  @Override
  public void close() {
    executable.close();
  }
}
