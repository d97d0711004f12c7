package io.diffusion4j.it.guide;

// snippet: all
import static java.lang.Math.sqrt;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.TimeEmbedding;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** A diffusion model of points in the plane; samples are rows of x and y. */
final class PointDiffusion {
  static final NoiseSchedule NOISE = new LinearSchedule(1000);
  static final Compute COMPUTE = Compute.of(Precision.FLOAT32);

  /** The network ε_θ(x_t, t): residual blocks of dense layers, conditioned on the time. */
  static List<Tensor> network(Nn nn, Inputs inputs) {
    Tensor t = nn.input(inputs.floats("t", 64));
    Tensor h = nn.at("in").linear(nn.input(inputs.floats("x", 2)), 128);
    for (int i = 0; i < 3; i++) {
      Nn block = nn.at("blocks", i);
      Tensor sum = nn.add(block.at("x").linear(nn.silu(h), 128), block.at("t").linear(t, 128));
      h = nn.add(h, block.at("out").linear(nn.silu(sum), 128));
    }
    return List.of(nn.output(nn.at("out").linear(nn.silu(h), 2)));
  }

  /** The inputs of the network for points x at timesteps t. */
  static Batch inputs(float[] x, double... t) {
    var rows = IntStream.range(0, x.length / 2).mapToDouble(i -> t[i % t.length]);
    var waves = rows.mapToObj(time -> TimeEmbedding.sinusoid(time, 64)).toList();
    return new Batch(x.length / 2).floats("x", x).floats("t", Rows.stack(waves));
  }

  // snippet: loss
  /** L_simple = E‖ε − ε_θ(x_t, t)‖² (eq. 14), as a mean over the coordinates. */
  static Objective.Loss loss(Nn nn, Inputs inputs) {
    Tensor error = nn.subtract(inputs.floats("target", 2), network(nn, inputs).get(0));
    return Objective.Loss.of(nn.mean(nn.map(Function.SQUARE, error), 0, 1));
  }

  // end snippet loss
  /** Algorithm 1. */
  static TensorSource train(Supplier<float[]> data, int steps, DoubleConsumer progress) {
    var random = new SplittableRandom(0);
    var noise = new PhiloxNoise(0, 0);
    var config = TrainingConfig.of(steps, 256, 2e-3, 0).withCompute(COMPUTE);
    try (var trainer = new Trainer(PointDiffusion::loss, config)) {
      for (int step = 0; step < steps; step++) { // line 1: repeat
        float[] x0 = data.get(); // line 2: x_0 ~ q(x_0), 256 points
        double[] t = random.ints(256, 0, 1000).asDoubleStream().toArray(); // line 3: t ~ Uniform
        float[] eps = noise.gaussian("eps", step, x0.length); // line 4: ε ~ N(0, I)
        float[] xt = new float[x0.length];
        for (int k = 0; k < xt.length; k++) {
          double bar = NOISE.alphaBar((int) t[k / 2]);
          xt[k] = (float) (sqrt(bar) * x0[k] + sqrt(1 - bar) * eps[k]); // eq. 4: q(x_t | x_0)
        } // line 5: a gradient step on ‖ε − ε_θ(x_t, t)‖²
        progress.accept(trainer.step(inputs(xt, t).floats("target", eps)).loss());
      }
      return trainer.averagedWeights();
    }
  }

  /** Algorithm 2: ancestral sampling. */
  static float[] sample(TensorSource weights, int count, long seed) {
    var noise = new PhiloxNoise(seed, 0);
    float[] x = noise.gaussian("z", PhiloxNoise.INITIAL, 2 * count); // line 1: x_T ~ N(0, I)
    try (var network = new CompiledNetwork(PointDiffusion::network, weights, COMPUTE)) {
      for (int t = 999; t >= 0; t--) { // line 2
        float[] z = noise.gaussian("z", t, x.length); // line 3: z ~ N(0, I)
        float[] eps = network.run(inputs(x, t)).get(0);
        double beta = NOISE.beta(t);
        double bar = NOISE.alphaBar(t);
        double variance = beta * (1 - NOISE.alphaBar(t - 1)) / (1 - bar); // eq. 7: 0 at t = 0
        for (int k = 0; k < x.length; k++) { // line 4: x_{t−1}, with the mean of eq. 11
          double mean = (x[k] - beta / sqrt(1 - bar) * eps[k]) / sqrt(1 - beta);
          x[k] = (float) (mean + sqrt(variance) * z[k]);
        }
      }
    }
    return x;
  }
}
// end snippet all
