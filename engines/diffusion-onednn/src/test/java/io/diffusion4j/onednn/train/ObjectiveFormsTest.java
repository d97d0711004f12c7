package io.diffusion4j.onednn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.engine.Threads;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.ObjectiveForms;
import io.diffusion4j.nn.train.Optimizer;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.diffusion.DenoisingObjective;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import io.diffusion4j.onednn.OneDnnTrainingEngine;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One set of weights is trained on batches of several sizes of images. */
class ObjectiveFormsTest {
  private static final List<Pixels> SIZES = List.of(new Pixels(6, 6), new Pixels(9, 4));
  private static final int ROWS = 4;
  private static final int CHANNELS = 2;
  private static final int TIME = 4;

  private static Objective objective(Pixels size) {
    DenoisingObjective network =
        (nn, inputs) -> {
          var x = inputs.floats(NetworkDenoiser.SAMPLE, size.height(), size.width(), CHANNELS);
          var h = nn.at("in").conv2d(nn.input(x), 8, 3);
          var time = nn.at("time").linear(nn.input(inputs.floats(NetworkDenoiser.TIME, TIME)), 8);
          h = nn.add(h, nn.reshape(time, Tensor.BATCH, 1, 1, 8));
          return List.of(nn.output(nn.at("out").conv2d(nn.silu(h), CHANNELS, 3)));
        };
    return network;
  }

  private static Batch batch(int form, int asForm) {
    var random = new SplittableRandom(form);
    Pixels size = SIZES.get(form);
    List<float[]> samples =
        IntStream.range(0, ROWS)
            .mapToObj(
                row -> {
                  float[] sample = new float[size.width() * size.height() * CHANNELS];
                  for (int i = 0; i < sample.length; i++) {
                    sample[i] = (float) random.nextGaussian();
                  }
                  return sample;
                })
            .toList();
    var batch = new Batch(ROWS, asForm);
    new NoisedBatch(new CosineSchedule(1000), Parameterization.EPS, Weighting.SIMPLE, TIME)
        .addTo(batch, samples, random);
    return batch;
  }

  /** Plain gradient descent, which has no state but the weights. */
  private static TrainingConfig config() {
    var descent =
        new Optimizer.Rule(
            "descent",
            (w, rate, step) -> {
              for (int i = w.from(); i < w.to(); i++) {
                w.weights()[i] -= 0.1f * w.gradient()[i];
              }
            });
    return TrainingConfig.of(4, ROWS, 1e-3, 1)
        .withOptimizer(Optimizer.of(Optimizer.Method.ADAMW).withWeightDecay(0).withRule(descent))
        .withCompute(Compute.of(Precision.FLOAT32).withEngine("onednn").withThreads(Threads.of(2)));
  }

  private static Trainer trainer(Pixels... sizes) {
    var forms = new ObjectiveForms(List.of(sizes).stream().map(it -> objective(it)).toList());
    return new Trainer(forms, config());
  }

  private static void assertSame(TensorSource weights, TensorSource other) {
    assertThat(weights.names()).isEqualTo(other.names()).hasSize(6);
    for (String name : weights.names()) {
      assertThat(weights.read(name)).as(name).isEqualTo(other.read(name));
    }
  }

  @Test
  void aStepOnAFormIsThatOfATrainingOnThatFormAlone() {
    assumeTrue(new OneDnnTrainingEngine().unavailable(Precision.FLOAT32).isEmpty());
    try (var both = trainer(SIZES.get(0), SIZES.get(1))) {
      for (int form : List.of(1, 0, 1, 1)) {
        try (var alone = trainer(SIZES.get(form))) {
          alone.startFrom(both.weights());
          var expected = alone.step(batch(form, 0));
          var report = both.step(batch(form, form));
          assertThat(report.loss()).isEqualTo(expected.loss());
          assertThat(report.gradientNorm()).isEqualTo(expected.gradientNorm()).isPositive();
          assertSame(both.weights(), alone.weights());
        }
      }
    }
  }
}
