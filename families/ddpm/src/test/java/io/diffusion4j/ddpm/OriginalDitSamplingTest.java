package io.diffusion4j.ddpm;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.decoder.dit.DitConfig.Numerics;
import io.diffusion4j.decoder.dit.OriginalDit;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.solver.DdpmSampler;
import io.diffusion4j.diffusion.stage.Trajectory;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.engine.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Sampling as facebookresearch/DiT does it: ancestral steps with the learned variance, and guidance
 * of the first three channels alone. A batch is a conditional half and one of the null class, which
 * draws noise of its own and drifts away; the network is given the first half's samples for both.
 */
class OriginalDitSamplingTest {
  private static final int STEPS = 1000;
  private static final int GUIDED_CHANNELS = 3;

  /** The weights are large: the reference itself is 2e-5 from float64. */
  private static final double NETWORK = 5e-5;

  /**
   * Of samples. A step's noise is an exponential of the network's output, whose error in float32,
   * {@link #NETWORK} of its largest value, becomes a factor of the sample: with the random weights
   * of the case samples grow to 67 000 in a step.
   */
  private static final double SAMPLES = 2e-4;

  /** A network with guidance of this scale. */
  private record Guided(PixelDit dit, Denoiser<PixelLabel> network, double scale) {
    /** Answers for both halves of the batch, of the samples of the first. */
    List<Prediction> predict(List<float[]> samples, double[] t, List<PixelLabel> labels) {
      int rows = samples.size();
      int half = rows / 2;
      List<Query<PixelLabel>> queries = new ArrayList<>();
      for (int row = 0; row < rows; row++) {
        queries.add(new Query<>(samples.get(row % half), t[row], labels.get(row)));
      }
      var answers = network.predict(queries);
      List<Prediction> guided = new ArrayList<>();
      for (int row = 0; row < rows; row++) {
        float[] conditional = answers.get(row % half).output();
        float[] unconditional = answers.get(row % half + half).output();
        float[] output = answers.get(row).output().clone();
        for (int i = 0; i < output.length; i++) {
          if (i % dit.channels() < GUIDED_CHANNELS) {
            float u = unconditional[i];
            output[i] = (float) (u + scale * (conditional[i] - u));
          }
        }
        guided.add(answers.get(row).withOutput(output));
      }
      return guided;
    }

    /** Labels by number, of which the last is the null class. */
    List<PixelLabel> labels(int[] numbers) {
      return IntStream.of(numbers)
          .<PixelLabel>mapToObj(
              label ->
                  label == dit.classes() ? new PixelLabel.None() : new PixelLabel.Numbered(label))
          .toList();
    }

    /** All channels of an answer, the variance's after the prediction's. */
    float[] joined(Prediction answer) {
      int channels = dit.channels();
      float[] output = answer.output();
      float[] variance = answer.variance();
      float[] all = new float[output.length + variance.length];
      int each = all.length * channels / output.length;
      for (int pixel = 0; pixel < output.length / channels; pixel++) {
        System.arraycopy(output, pixel * channels, all, pixel * each, channels);
        if (answer.hasVariance()) {
          System.arraycopy(variance, pixel * channels, all, pixel * each + channels, channels);
        }
      }
      return all;
    }
  }

  /** The network of a folder in every engine that runs here. */
  private static void withNetwork(Path folder, double scale, Consumer<Guided> work) {
    Path file = folder.resolve("model.safetensors");
    var dit = DitParityTest.original(read(folder).get("constructor"), Numerics.ORIGINAL);
    for (var engine : Engines.all()) {
      if (engine.unavailable(Precision.FLOAT32).isEmpty()) {
        var compute = Compute.of(Precision.FLOAT32).withEngine(engine.name());
        try (var checkpoint = Checkpoint.open(file);
            var network = new CompiledNetwork(dit, OriginalDit.of(checkpoint), compute)) {
          var denoiser =
              new NetworkDenoiser<>(network, Parameterization.EPS, dit::embedded, dit::feed);
          work.accept(new Guided(dit, denoiser, scale));
        }
      }
    }
  }

  private static JsonNode read(Path folder) {
    try {
      return new ObjectMapper().readTree(folder.resolve("case.json").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @GoldenTest(GoldenKind.ORIGINAL_DIT)
  void guidanceIsOfTheFirstChannelsAlone(GoldenCase golden) {
    var io = golden.io();
    withNetwork(
        golden.folder(),
        golden.json().get("cfg_scale").asDouble(),
        guided -> {
          var samples = Rows.unstack(io.image("in.cfg.sample"), io.size("in.cfg.sample", 0));
          var labels = guided.labels(io.ints("in.cfg.class_labels"));
          var answers = guided.predict(samples, io.values("in.cfg.timestep"), labels);
          var outputs = answers.stream().map(guided::joined).toList();
          assertClose(Rows.stack(outputs), io.image("out.cfg"), NETWORK);
        });
  }

  @GoldenTest(GoldenKind.ORIGINAL_DIT_SAMPLING)
  void everyStepIsTheOriginals(GoldenCase golden) {
    var run = golden.json();
    Path model = golden.folder().resolve(run.get("model").asText()).normalize();
    withNetwork(model, run.get("cfg_scale").asDouble(), guided -> assertFollows(golden, guided));
  }

  private static void assertFollows(GoldenCase golden, Guided guided) {
    var run = golden.json();
    var io = golden.io();
    var noise = GoldenTensors.read(golden.folder().resolve("noise.safetensors"));
    assertThat(run.get("schedule").asText()).isEqualTo("linear");
    var plan =
        new DdpmSampler(VarianceType.LEARNED_RANGE)
            .plan(new LinearSchedule(STEPS), descending(ints(run.get("timestep_map"))));
    boolean clips = run.get("clip_denoised").asBoolean();
    var labels = guided.labels(ints(run.get("class_labels")));
    int rows = labels.size();
    int half = rows / 2;
    var start = Rows.unstack(io.image("in.noise"), half);
    List<Trajectory> all = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      int row = i;
      all.add(
          new Trajectory(
              plan,
              guided.network().parameterization(),
              clips ? Thresholding.clip(1) : Thresholding.NONE,
              start.get(row % half),
              step -> Rows.unstack(noise.image("dit.step" + step), rows).get(row)));
    }
    for (int step = 0; step < plan.steps().size(); step++) {
      double[] t = new double[rows];
      Arrays.fill(t, plan.steps().get(step).t());
      var answers = guided.predict(samples(all), t, labels);
      for (int row = 0; row < rows; row++) {
        all.get(row).advance(answers.get(row));
      }
      assertClose(Rows.stack(samples(all)), io.image("out.step" + step + ".x"), SAMPLES);
    }
    assertClose(Rows.stack(samples(all.subList(0, half))), io.image("out"), SAMPLES);
  }

  private static List<float[]> samples(List<Trajectory> all) {
    return all.stream().map(Trajectory::x).toList();
  }

  private static int[] ints(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
  }

  private static Timesteps descending(int[] ascending) {
    int last = ascending.length - 1;
    return Timesteps.of(IntStream.rangeClosed(0, last).map(i -> ascending[last - i]).toArray());
  }
}
