package io.diffusion4j.it.guide;

import static io.diffusion4j.it.guide.PointDiffusion.COMPUTE;
import static io.diffusion4j.it.guide.PointDiffusion.inputs;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import java.util.SplittableRandom;

// snippet: all
/** One-step distillation: a student learns where the teacher's ODE takes each noise. */
final class PointStudent {
  private static final double LAST = 999;

  /** Learns from pairs of noise x_T and the sample x_0 that the teacher makes of it by DDIM. */
  static TensorSource distil(float[] xT, float[] x0, int steps) {
    var random = new SplittableRandom(0);
    var config = TrainingConfig.of(steps, 256, 2e-3, 0).withCompute(COMPUTE);
    try (var trainer = new Trainer(PointDiffusion::loss, config)) {
      for (int step = 1; step <= steps; step++) {
        float[] noise = new float[512];
        float[] target = new float[512];
        for (int i = 0; i < 256; i++) {
          int pair = random.nextInt(xT.length / 2);
          System.arraycopy(xT, 2 * pair, noise, 2 * i, 2);
          System.arraycopy(x0, 2 * pair, target, 2 * i, 2);
        }
        trainer.step(inputs(noise, LAST).floats("target", target));
      }
      return trainer.averagedWeights();
    }
  }

  /** Samples in one call: the student predicts x_0. */
  static float[] sample(TensorSource weights, float[] xT) {
    try (var network = new CompiledNetwork(PointDiffusion::network, weights, COMPUTE)) {
      return network.run(inputs(xT, LAST)).get(0);
    }
  }
}
// end snippet
