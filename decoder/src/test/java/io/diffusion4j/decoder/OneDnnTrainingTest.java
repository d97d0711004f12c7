package io.diffusion4j.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.decoder.dit.DitConfig;
import io.diffusion4j.decoder.unet.Unet;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.UnsupportedLayerException;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.LossNetwork;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.Optimizer;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.nn.train.TrainingSession.Role;
import io.diffusion4j.nn.train.diffusion.VarianceRange;
import io.diffusion4j.onednn.OneDnnEngine;
import io.diffusion4j.onednn.OneDnnTrainingEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** What oneDNN trains is what TensorFlow trains. */
class OneDnnTrainingTest {
  private static final int BATCH = 5; // no multiple of the number of processors

  /** Down to 4×4 pixels, with attention, another width at each level and a learned variance. */
  private static final UnetConfig DECODER =
      new UnetConfig(
          16,
          3,
          6,
          List.of(16, 32, 48),
          List.of(false, true, true),
          true,
          1,
          16,
          16,
          8,
          1e-5,
          TimeConditioning.SCALE_SHIFT);

  private static final UnetConfig UPSAMPLER =
      new UnetConfig(
          16,
          6,
          3,
          List.of(16, 32),
          List.of(false, false),
          false,
          1,
          8,
          0,
          8,
          1e-5,
          TimeConditioning.ADD);

  private static final LittleDecoding DIT =
      new LittleDecoding(
          DitConfig.of(16, 4, 2, 32, 2).withOutChannels(6).withContext(16), BATCH, 6);

  private static final LittleDecoding DECODING = new LittleDecoding(DECODER, BATCH, 6);
  private static final BatchSource DECODER_BATCHES = DECODING::batch;
  private static final UpsamplerObjective UPSAMPLING =
      new UpsamplerObjective(new Unet(UPSAMPLER), 16);

  private static final BatchSource UPSAMPLER_BATCHES =
      step -> {
        var random = new SplittableRandom(step);
        float[] low = LittleDecoding.gaussian(random, BATCH * 16 * 16 * 3);
        var batch = new Batch(BATCH).floats(UpsamplerObjective.LOW, low);
        return LittleDecoding.noised(batch, BATCH, UPSAMPLER, random);
      };

  private static TrainingConfig config(Precision precision) {
    return TrainingConfig.of(40, BATCH, 2e-3, 7).withCompute(Compute.of(precision));
  }

  private static TrainingConfig config(Precision precision, Optimizer.Method method) {
    return config(precision).withOptimizer(Optimizer.of(method));
  }

  @BeforeEach
  void isAvailable() {
    var engine = new OneDnnEngine();
    assumeThat(engine.unavailable(Precision.BFLOAT16)).isEmpty();
  }

  private static TrainingConfig with(String engine, TrainingConfig config) {
    return config.withCompute(config.compute().withEngine(engine));
  }

  private record Trained(List<Trainer.Report> reports, TensorSource weights) {}

  private static Trained train(
      String engine, Objective objective, BatchSource batches, TrainingConfig config, int steps) {
    try (var trainer = new Trainer(objective, with(engine, config))) {
      List<Trainer.Report> reports = new ArrayList<>();
      for (int i = 0; i < steps; i++) {
        reports.add(trainer.step(batches.batch(i)));
      }
      return new Trained(reports, trainer.weights());
    }
  }

  @ParameterizedTest
  @FieldSource("io.diffusion4j.nn.engine.Precision#FLOATING")
  void activationsThatAreComputedAgainGiveTheSameBits(Precision precision) {
    var kept = config(precision, Optimizer.Method.MUON);
    var recomputed = kept.withActivations(TrainingConfig.Activations.RECOMPUTED);
    Map<Objective, BatchSource> trainings =
        Map.of(
            DECODING.objective(),
            DECODER_BATCHES,
            UPSAMPLING,
            UPSAMPLER_BATCHES,
            DIT.objective(),
            DIT::batch);
    for (var training : trainings.entrySet()) {
      var objective = training.getKey();
      var batches = training.getValue();
      var expected = train("onednn", objective, batches, kept, 3);
      var actual = train("onednn", objective, batches, recomputed, 3);
      assertThat(actual.reports).isEqualTo(expected.reports);
      for (String key : expected.weights.names()) {
        assertThat(actual.weights.read(key)).as(key).isEqualTo(expected.weights.read(key));
      }
    }
  }

  private static double difference(TensorSource a, TensorSource b) {
    assertThat(a.names()).isEqualTo(b.names());
    double largest = 0;
    for (String name : a.names()) {
      float[] x = a.read(name);
      float[] y = b.read(name);
      for (int i = 0; i < x.length; i++) {
        largest = Math.max(largest, Math.abs(x[i] - y[i]));
      }
    }
    return largest;
  }

  /**
   * The norm holds all gradients; 10 steps of up to 2·10⁻³ move weights by 100 times the tolerance.
   */
  @ParameterizedTest
  @CsvSource({
    "FLOAT32, ADAMW, 1e-4, 2e-5",
    "FLOAT32, MUON, 1e-4, 2e-5",
    "BFLOAT16, ADAMW, 3e-2, 1e-2",
    "BFLOAT16, MUON, 3e-2, 1e-2"
  })
  void trainsADecoderAsTensorFlowDoes(
      Precision precision, Optimizer.Method method, double ofReports, double ofWeights) {
    var config = config(precision, method);
    var expected = train("tensorflow", DECODING.objective(), DECODER_BATCHES, config, 10);
    var actual = train("onednn", DECODING.objective(), DECODER_BATCHES, config, 10);
    assertSame(actual, expected, ofReports, ofWeights);
    assertThat(actual.reports.get(0).metrics())
        .containsOnlyKeys("mse", "vlb", VarianceRange.OUTSIDE);
  }

  @Test
  void trainsADitAsTensorFlowDoes() {
    var config = config(Precision.FLOAT32);
    var expected = train("tensorflow", DIT.objective(), DIT::batch, config, 10);
    var actual = train("onednn", DIT.objective(), DIT::batch, config, 10);
    assertSame(actual, expected, 1e-4, 2e-5);
    assertThat(expected.reports.get(9).loss()).isLessThan(expected.reports.get(0).loss());
  }

  @Test
  void trainsAnUpsamplerAsTensorFlowDoes() {
    var config = config(Precision.FLOAT32);
    var expected = train("tensorflow", UPSAMPLING, UPSAMPLER_BATCHES, config, 10);
    var actual = train("onednn", UPSAMPLING, UPSAMPLER_BATCHES, config, 10);
    assertSame(actual, expected, 1e-4, 2e-5);
  }

  private static void assertSame(
      Trained actual, Trained expected, double ofReports, double ofWeights) {
    for (int i = 0; i < expected.reports.size(); i++) {
      var want = expected.reports.get(i);
      var got = actual.reports.get(i);
      assertThat(got.loss()).as("loss").isCloseTo(want.loss(), within(ofReports * want.loss()));
      assertThat(got.gradientNorm())
          .as("gradient norm")
          .isCloseTo(want.gradientNorm(), within(ofReports * want.gradientNorm()));
      assertThat(got.learningRate()).isEqualTo(want.learningRate());
    }
    assertThat(difference(actual.weights, expected.weights)).isLessThan(ofWeights);
  }

  @ParameterizedTest
  @FieldSource("io.diffusion4j.nn.engine.Precision#FLOATING")
  void theSameStepsGiveTheSameBits(Precision precision) {
    var config = config(precision, Optimizer.Method.MUON);
    var once = train("onednn", DECODING.objective(), DECODER_BATCHES, config, 4);
    var again = train("onednn", DECODING.objective(), DECODER_BATCHES, config, 4);
    assertThat(difference(once.weights, again.weights)).isZero();
  }

  @Test
  void aStateOfEitherEngineGoesOnWithTheOther(@TempDir Path folder) {
    var config = config(Precision.FLOAT32, Optimizer.Method.MUON);
    var expected = train("tensorflow", DECODING.objective(), DECODER_BATCHES, config, 6);
    run("onednn", config, folder, 2);
    run("tensorflow", config, folder, 4);
    assertThat(difference(run("onednn", config, folder, 6), expected.weights)).isLessThan(2e-5);
  }

  private static TensorSource run(String engine, TrainingConfig config, Path folder, long until) {
    try (var trainer = new Trainer(DECODING.objective(), with(engine, config))) {
      var run = new TrainingRun(trainer, config, DECODER_BATCHES, folder, 1);
      run.run(
          (step, report) -> {
            if (step == until) {
              run.stop();
            }
          });
      return trainer.weights();
    }
  }

  @Test
  void leavesWhatItLacksToTensorFlow() {
    Objective other =
        (nn, inputs) -> {
          var x = nn.linear(nn.input(inputs.floats("x", 3, 4)), 4);
          var mask = nn.reshape(inputs.floats("mask", 3), -1, 1, 1, 3);
          var y = nn.output(nn.attention(x, x, x, 2, List.of(mask)));
          return Objective.Loss.of(nn.mean(y, 0, 1, 2));
        };
    var network = LossNetwork.of(other);
    var config = config(Precision.FLOAT32);
    assertThatThrownBy(() -> new OneDnnTrainingEngine().learner(network, config))
        .isInstanceOf(UnsupportedLayerException.class);
    try (var trainer = new Trainer(other, config)) {
      assertThat(trainer.parameters()).isEqualTo(20);
    }
  }

  @Test
  void trainsALossWithoutActivations() {
    Objective square =
        (nn, inputs) -> {
          var p = nn.parameter("p", (shape, random) -> new float[] {3}, 1);
          var x = nn.multiply(inputs.floats("x", 1), p);
          return Objective.Loss.of(nn.mean(nn.map(Function.SQUARE, x), 0, 1));
        };
    var network = LossNetwork.of(square);
    var config = config(Precision.FLOAT32);
    float[] ones = new float[config.batchSize()];
    Arrays.fill(ones, 1);
    try (var learner = new OneDnnTrainingEngine().learner(network, config)) {
      learner.fill(new TensorMap().put(Role.WEIGHTS.key("p"), new long[] {1}, new float[] {3}));
      var report = learner.step(List.of(new Batch(ones.length).floats("x", ones)), 0);
      assertThat(report.loss()).isEqualTo(9);
      assertThat(report.gradientNorm()).isEqualTo(6);
    }
  }
}
