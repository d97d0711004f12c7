package io.diffusion4j.it.guide;

import static io.diffusion4j.it.guide.PointDiffusion.COMPUTE;
import static io.diffusion4j.it.guide.PointDiffusion.inputs;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;
import java.util.function.Supplier;

/** The same points and the same network along straight lines: flow matching. */
final class PointFlow {
  /** Trains a velocity, by algorithm 1 with another level, noisy point and target. */
  static TensorSource train(Supplier<float[]> data, int steps, DoubleConsumer progress) {
    var random = new SplittableRandom(0);
    var noise = new PhiloxNoise(0, 0);
    var config = TrainingConfig.of(steps, 256, 2e-3, 0).withCompute(COMPUTE);
    try (var trainer = new Trainer(PointDiffusion::loss, config)) {
      for (int step = 0; step < steps; step++) {
        // snippet: step
        float[] x0 = data.get();
        double[] t = random.doubles(256, 0, 1000).toArray(); // σ ~ Uniform(0, 1), t = 1000·σ
        float[] eps = noise.gaussian("eps", step, x0.length);
        float[] x = new float[x0.length];
        float[] velocity = new float[x0.length];
        for (int k = 0; k < x.length; k++) {
          double sigma = t[k / 2] / 1000;
          x[k] = (float) ((1 - sigma) * x0[k] + sigma * eps[k]); // a straight line
          velocity[k] = eps[k] - x0[k]; // its derivative with respect to σ
        }
        progress.accept(trainer.step(inputs(x, t).floats("target", velocity)).loss());
        // end snippet
      }
      return trainer.averagedWeights();
    }
  }

  /** Euler's method for dx = v dσ, from noise at σ = 1 to data at σ = 0. */
  static float[] sample(TensorSource weights, float[] start, int steps) {
    float[] x = start.clone();
    try (var network = new CompiledNetwork(PointDiffusion::network, weights, COMPUTE)) {
      // snippet: euler
      for (int i = steps; i > 0; i--) {
        float[] v = network.run(inputs(x, 1000.0 * i / steps)).get(0);
        for (int k = 0; k < x.length; k++) {
          x[k] -= v[k] / steps;
        }
      }
      // end snippet
    }
    return x;
  }
}
