package io.diffusion4j.ddpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.diffusion.continuous.Likelihood;
import io.diffusion4j.diffusion.continuous.PictureFlow;
import io.diffusion4j.diffusion.continuous.RungeKutta;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.PictureLikelihood;
import io.diffusion4j.diffusion.pipeline.PictureLikelihood.Example;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.golden.GoldenRoots;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.engine.ProbedDenoiser;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.Residency;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class DdpmLikelihoodTest {
  private static final Path FOLDER = GoldenRoots.shipped().folders().get(2).resolve("ddpm/cifar10");
  private static final Compute COMPUTE = Compute.of(Precision.FLOAT32);

  private static PictureLikelihood open() {
    return new DdpmFamily().likelihood(FOLDER, OpenOptions.with(Residency.ALWAYS));
  }

  private static Example example(PictureLikelihood likelihood, float level) {
    float[] pixels = new float[likelihood.width() * likelihood.height() * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = level * (float) Math.sin(i);
    }
    return new Example(
        new Image(likelihood.width(), likelihood.height(), pixels), "", OptionalInt.empty());
  }

  /** Along a direction the prediction changes as its differences say. */
  @Test
  void theDivergenceIsTheNetworks() {
    var folder = new DdpmFolder(FOLDER).network();
    try (var model = PixelModel.load(folder, COMPUTE);
        var checkpoint = Checkpoint.open(folder, Checkpoint.DIFFUSERS)) {
      PixelBackbone network = model.definition();
      var weights = network.fromFolder(checkpoint);
      try (var probed =
          new ProbedDenoiser<>(network, weights, COMPUTE, network::embedded, network::feed)) {
        int size = network.width() * network.height() * network.channels();
        float[] x = new PhiloxNoise(1, 0).gaussian("x", 0, size);
        float[] e = new PhiloxNoise(2, 0).gaussian("e", 0, size);
        for (double t : new double[] {0, 137.5, 900}) {
          var answer = probed.probe(List.of(query(x, t)), List.of(e)).get(0);
          var denoiser = model.denoiser(SchedulerConfig.ddpm());
          float step = 1e-2f;
          var at =
              denoiser.predict(
                  List.of(query(x, t), query(moved(x, e, step), t), query(moved(x, e, -step), t)));
          assertThat(answer.output()).containsExactly(at.get(0).output(), within(1e-4f));
          double difference =
              (Vectors.dot(at.get(1).output(), e) - Vectors.dot(at.get(2).output(), e))
                  / (2 * step);
          assertThat(answer.divergence())
              .isCloseTo(difference, within(2e-2 * Math.max(1, Math.abs(difference))));
        }
      }
    }
  }

  private static Query<PixelLabel> query(float[] x, double t) {
    return new Query<>(x, t, new PixelLabel.None());
  }

  private static float[] moved(float[] x, float[] by, float step) {
    float[] moved = x.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += step * by[i];
    }
    return moved;
  }

  @Test
  void aPictureHasTheSameLikelihoodAloneAndInCompany() {
    try (var likelihood = open()) {
      Timesteps timesteps = TimestepSpacings.UNCLIP.of(likelihood.trainSteps(), 4);
      List<Example> examples = List.of(example(likelihood, 0.5f), example(likelihood, 0.9f));
      List<NoiseSource> noise = List.of(new PhiloxNoise(7, 0), new PhiloxNoise(7, 1));
      List<Likelihood.Result> both =
          likelihood.flow(examples, 4, RungeKutta.HEUN, noise, done -> {});
      List<Likelihood.Result> second =
          likelihood.flow(
              examples.subList(1, 2), 4, RungeKutta.HEUN, noise.subList(1, 2), done -> {});
      assertThat(second.get(0).logLikelihood())
          .isCloseTo(both.get(1).logLikelihood(), within(1e-2));
      assertThat(both.get(0).bitsPerDimension(PictureFlow.LEVEL)).isFinite();
      var bound = likelihood.bound(examples.get(0), timesteps, noise.get(0), done -> {});
      assertThat(bound.total()).isFinite().isPositive();
    }
  }

  @Test
  void aClassThatTheModelDoesNotKnowIsRefused() {
    try (var likelihood = open()) {
      var labelled = new Example(example(likelihood, 1).picture(), "", OptionalInt.of(3));
      Timesteps timesteps = TimestepSpacings.UNCLIP.of(likelihood.trainSteps(), 2);
      assertThatThrownBy(
              () -> likelihood.bound(labelled, timesteps, new PhiloxNoise(1, 0), done -> {}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("label: ");
    }
  }
}
