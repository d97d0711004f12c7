package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.Optimizer;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.UpdateRule;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An optimizer of one's own makes the same steps in both engines. */
class OwnOptimizerTest {
  private static final int ROWS = 8;
  private static final int STEPS = 5;

  /** Gradient descent with momentum, as both engines round its steps alike. */
  private static final UpdateRule MOMENTUM =
      (w, rate, step) -> {
        for (int i = w.from(); i < w.to(); i++) {
          w.m()[i] = 0.9f * w.m()[i] + w.gradient()[i];
          w.v()[i] = step;
          w.weights()[i] -= (float) rate * w.m()[i];
        }
      };

  private static Objective.Loss loss(Nn nn, Inputs inputs) {
    var h = nn.silu(nn.at("in").linear(nn.input(inputs.floats("x", 3)), 16));
    var error = nn.subtract(inputs.floats("y", 2), nn.output(nn.at("out").linear(h, 2)));
    return Objective.Loss.of(nn.mean(nn.map(Function.SQUARE, error), 0, 1));
  }

  private static Batch batch(long seed) {
    var random = new SplittableRandom(seed);
    float[] x = new float[ROWS * 3];
    float[] y = new float[ROWS * 2];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
      y[i % y.length] = x[i];
    }
    return new Batch(ROWS).floats("x", x).floats("y", y);
  }

  private static Stream<TensorSource> trained(String engine, int accumulate) {
    var config =
        TrainingConfig.of(STEPS, ROWS, 0.05, 1)
            .withAccumulate(accumulate)
            .withEmaDecay(0.5, 0.9)
            .withOptimizer(
                Optimizer.of(Optimizer.Method.ADAMW)
                    .withWeightDecay(0.1)
                    .withRule(new Optimizer.Rule("momentum", MOMENTUM)))
            .withCompute(Compute.of(Precision.FLOAT32).withEngine(engine));
    try (var trainer = new Trainer(OwnOptimizerTest::loss, config)) {
      for (int step = 0; step < STEPS; step++) {
        var batches = new Batch[accumulate];
        for (int i = 0; i < accumulate; i++) {
          batches[i] = batch((long) step * accumulate + i);
        }
        trainer.step(batches);
      }
      return Stream.of(trainer.weights(), trainer.averagedWeights());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void bothEnginesMakeItsSteps(int accumulate) {
    var one = trained("onednn", accumulate).toList();
    var other = trained("tensorflow", accumulate).toList();
    for (int i = 0; i < one.size(); i++) {
      for (String name : one.get(i).names()) {
        float[] expected = one.get(i).read(name);
        assertThat(other.get(i).read(name)).as(name).containsExactly(expected, within(1e-5f));
      }
    }
    float[] moved = one.get(0).read("out.weight");
    assertThat(one.get(1).read("out.weight")).isNotEqualTo(moved);
  }
}
