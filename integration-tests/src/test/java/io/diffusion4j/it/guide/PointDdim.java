package io.diffusion4j.it.guide;

import static io.diffusion4j.it.guide.PointDiffusion.COMPUTE;
import static io.diffusion4j.it.guide.PointDiffusion.NOISE;
import static io.diffusion4j.it.guide.PointDiffusion.inputs;
import static java.lang.Math.sqrt;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.engine.CompiledNetwork;

final class PointDdim {
  /** Algorithm 2 with another step: DDIM, which skips timesteps and adds no noise. */
  static float[] sample(TensorSource weights, float[] start, int steps) {
    float[] x = start.clone(); // x_T
    int stride = 1000 / steps;
    try (var network = new CompiledNetwork(PointDiffusion::network, weights, COMPUTE)) {
      // snippet: loop
      for (int t = 999; t >= 0; t -= stride) {
        float[] eps = network.run(inputs(x, t)).get(0);
        double bar = NOISE.alphaBar(t);
        double next = NOISE.alphaBar(Math.max(t - stride, -1));
        for (int k = 0; k < x.length; k++) {
          double x0 = (x[k] - sqrt(1 - bar) * eps[k]) / sqrt(bar); // the estimate of x_0
          x[k] = (float) (sqrt(next) * x0 + sqrt(1 - next) * eps[k]); // the same noise again
        }
      }
      // end snippet
    }
    return x;
  }
}
