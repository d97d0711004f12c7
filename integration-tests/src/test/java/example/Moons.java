package example;

import static java.lang.Math.cos;
import static java.lang.Math.exp;
import static java.lang.Math.sin;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.solver.HeunSampler;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingRun.Listener;
import io.diffusion4j.nn.train.diffusion.VectorDiffusion;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

// snippet: all
public final class Moons {
  static final VectorDiffusion MODEL =
      VectorDiffusion.of(2, Moons::network)
          .withSchedule(NoiseSchedule.of(1000, u -> (1 + exp(-6)) / (1 + exp(12 * u - 6))))
          .withLoss(Moons::huber)
          .withMetric("size", (nn, prediction, target) -> nn.map(Function.ABS, prediction));

  static Tensor network(Nn nn, Tensor x, Tensor time) {
    Tensor h = nn.at("in").linear(x, 128);
    for (int i = 0; i < 3; i++) {
      Nn block = nn.at("blocks", i);
      Tensor sum = nn.add(block.at("x").linear(nn.silu(h), 128), block.at("t").linear(time, 128));
      h = nn.add(h, block.at("out").linear(nn.silu(sum), 128));
    }
    return nn.at("out").linear(nn.silu(h), 2);
  }

  static Tensor huber(Nn nn, Tensor prediction, Tensor target) {
    Tensor square = nn.map(Function.SQUARE, nn.subtract(prediction, target));
    Tensor sum = nn.add(square, nn.constant(1e-3));
    return nn.multiply(sum, nn.map(Function.INVERSE_ROOT, sum)); // √(e² + c²)
  }

  static float[] point(SplittableRandom random) {
    double angle = Math.PI * random.nextDouble();
    int moon = random.nextBoolean() ? 1 : -1;
    return new float[] {(float) (moon * (cos(angle) - 0.5)), (float) (moon * (sin(angle) - 0.25))};
  }

  public static List<float[]> draw(long trainingSteps, Path state) {
    var config = TrainingConfig.of(trainingSteps, 256, 2e-3, 0);
    Listener log = (step, report) -> System.out.println(step + ": " + report.metrics());
    TensorSource weights = MODEL.train(config, state, Moons::point, log); // or resumes
    return MODEL.sample(weights, new HeunSampler(), 25, 500, 1);
  }
}
// end snippet
