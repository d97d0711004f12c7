package io.diffusion4j.nn.train;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Statistic;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.Init;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A network of two layers that learns a function of random vectors. */
public final class Tiny {
  static final int BATCH = 8;
  static final int SIZE = 16;

  private Tiny() {}

  static final Objective OBJECTIVE =
      (nn, inputs) -> {
        var x = nn.input(inputs.floats("x", SIZE));
        var y = inputs.floats("y", SIZE);
        var hidden = nn.silu(nn.at("hidden").linear(x, 32));
        var out = nn.output(nn.at("out").linear(hidden, SIZE, Init.normal(0.1)));
        var error = nn.map(Function.SQUARE, nn.subtract(out, y));
        return new Objective.Loss(
            nn.mean(error, 0, 1), Map.of("worst", nn.reduce(Statistic.MAXIMUM, error, 0, 1)));
      };

  static TrainingConfig config(long steps, Precision precision) {
    return TrainingConfig.of(steps, BATCH, 0.01, 11).withCompute(Compute.of(precision));
  }

  static BatchSource batches(TrainingConfig config) {
    return step -> batch(BatchSource.random(config.seed(), step));
  }

  private static Batch batch(SplittableRandom random) {
    float[] x = new float[BATCH * SIZE];
    float[] y = new float[BATCH * SIZE];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
      y[i] = Math.abs(x[i]);
    }
    return new Batch(BATCH).floats("x", x).floats("y", y);
  }

  /** The bits of a state: two are equal if the training leads to the same weights. */
  static Map<String, Integer> bits(TensorSource state) {
    Map<String, Integer> bits = new TreeMap<>();
    for (String name : state.names()) {
      bits.put(name, Arrays.hashCode(state.read(name)));
    }
    return bits;
  }
}
