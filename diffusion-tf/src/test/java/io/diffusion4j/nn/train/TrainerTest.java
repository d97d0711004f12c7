package io.diffusion4j.nn.train;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsFile;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.TrainingConfig.EmaWarmup;
import io.diffusion4j.nn.weights.Init;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

class TrainerTest {
  private static final TrainingRun.Listener UNHEARD = (step, report) -> {};

  /**
   * PyTorch's AdamW, clip_grad_norm_ and a moving average in float32; 10⁻⁵ for other orders of
   * summation.
   */
  @GoldenTest(GoldenKind.ADAMW)
  void aStepIsPyTorchsAdamWWithClippingAndMovingAverage(GoldenCase golden) {
    var recording = AdamWRecording.of(golden);
    GoldenTensors io = golden.io();
    int rows = io.size("in.x", 0);
    int in = io.size("in.x", 1);
    int out = io.size("in.y", 1);
    var start = recording.start();
    assumeThat(start).as("recorded by reference, so that the start is not in the case").isPresent();
    Objective objective =
        (nn, inputs) -> {
          var x = nn.input(inputs.floats("x", in));
          var y = inputs.floats("y", out);
          var product = nn.output(nn.project(x, "w", out, Init.ZEROS));
          // Of two axes, because the recording decays its bias too.
          var b = nn.parameter("b", Init.ZEROS, 1, out);
          var error = nn.subtract(nn.add(product, b), y);
          return Objective.Loss.of(nn.mean(nn.map(Function.SQUARE, error), 0, 1));
        };
    // With this many steps the cosine has not begun to fall.
    var config =
        new TrainingConfig(
            1L << 60,
            rows,
            recording.rate(),
            0,
            1L << 60,
            new Optimizer(
                Optimizer.Method.ADAMW,
                recording.beta1(),
                recording.beta2(),
                recording.eps(),
                recording.decay()),
            recording.clip(),
            recording.ema(),
            EmaWarmup.NONE,
            Compute.of(Precision.FLOAT32),
            1);
    try (var trainer = new Trainer(objective, config)) {
      trainer.startFrom(start.orElseThrow());
      var batch = new Batch(rows).floats("x", io.floats("in.x")).floats("y", io.floats("in.y"));
      String prefix = "";
      for (int step = 0; step < recording.steps(); step++) {
        var report = trainer.step(batch);
        prefix = "step" + step + ".";
        assertThat(report.loss())
            .isCloseTo(io.floats(prefix + "loss")[0], within(1e-5 * report.loss()));
        assertThat(report.gradientNorm())
            .isCloseTo(io.floats(prefix + "grad_norm")[0], within(1e-5 * report.gradientNorm()));
        assertClose(trainer.averagedWeights().read("w"), io.floats(prefix + "ema_w"), 1e-5);
      }
      assertClose(trainer.weights().read("w"), io.floats(prefix + "w"), 1e-5);
      assertClose(trainer.weights().read("b"), io.floats(prefix + "b"), 1e-5);
    }
  }

  /** The loss is Σ g·w, so that g is the gradient: three singular values, far from each other. */
  @ParameterizedTest
  @CsvSource({"48, 32", "32, 48", "40, 40"})
  void muonMovesAMatrixByThePolynomialsOfItsSingularValues(int in, int out) {
    double[] singular = {0.5, 0.03, 0.002};
    double norm = Math.sqrt(Arrays.stream(singular).map(s -> s * s).sum());
    var config =
        TrainingConfig.of(1L << 60, in, 0.01, 1)
            .withCompute(Compute.of(Precision.FLOAT32))
            .withOptimizer(Optimizer.of(Optimizer.Method.MUON).withWeightDecay(0));
    double step = config.rate(0) * 0.2 * Math.sqrt(Math.max(in, out));
    float[] gradient = new float[in * out];
    float[] expected = new float[out * in];
    for (int k = 0; k < singular.length; k++) {
      double sigma = singular[k] / norm;
      for (int n = 0; n < 5; n++) {
        sigma = 3.4445 * sigma - 4.7750 * Math.pow(sigma, 3) + 2.0315 * Math.pow(sigma, 5);
      }
      for (int i = 0; i < in; i++) {
        for (int o = 0; o < out; o++) {
          double outer = cosine(in, k, i) * cosine(out, k + 1, o);
          gradient[i * out + o] += (float) (singular[k] * outer);
          expected[o * in + i] -= (float) (step * sigma * outer);
        }
      }
    }
    Objective objective =
        (nn, inputs) -> {
          var one = nn.input(inputs.floats("one", in));
          var w = nn.output(nn.at("layer").linear(one, out, Init.ZEROS));
          var product = nn.multiply(w, inputs.floats("g", out));
          return Objective.Loss.of(nn.sum(product, 0, 1));
        };
    float[] one = new float[in * in];
    for (int i = 0; i < in; i++) {
      one[i * in + i] = 1;
    }
    try (var trainer = new Trainer(objective, config)) {
      trainer.step(new Batch(in).floats("one", one).floats("g", gradient));
      assertClose(trainer.weights().read("layer.weight"), expected, 2e-3);
    }
  }

  /** The k-th of the orthonormal cosines over n points. */
  private static double cosine(int n, int k, int i) {
    return Math.sqrt((k == 0 ? 1.0 : 2.0) / n) * Math.cos(Math.PI * k * (2 * i + 1) / (2 * n));
  }

  @Test
  void trainingLowersTheLoss() {
    var config = Tiny.config(300, Precision.FLOAT32);
    var batches = Tiny.batches(config);
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config)) {
      double first = trainer.step(batches.batch(0)).loss();
      double last = first;
      for (int step = 1; step < 300; step++) {
        last = trainer.step(batches.batch(step)).loss();
      }
      assertThat(last).isLessThan(0.5 * first);
      assertThat(trainer.parameters()).isEqualTo(16 * 32 + 32 + 32 * 16 + 16);
    }
  }

  @ParameterizedTest
  @FieldSource("io.diffusion4j.nn.engine.Precision#FLOATING")
  void aRunThatIsStoppedAndResumedEndsWithTheSameBits(Precision precision, @TempDir Path folder) {
    var config = Tiny.config(40, precision);
    var batches = Tiny.batches(config);
    Map<String, Integer> straight;
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config)) {
      var run = new TrainingRun(trainer, config, batches, folder.resolve("straight"), 1000);
      assertThat(run.run(UNHEARD)).isTrue();
      straight = Tiny.bits(trainer.state());
    }
    Path state = folder.resolve("interrupted");
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config)) {
      var run = new TrainingRun(trainer, config, batches, state, 1000);
      boolean done =
          run.run(
              (step, report) -> {
                if (step == 17) {
                  run.stop();
                }
              });
      assertThat(done).isFalse();
    }
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config)) {
      var run = new TrainingRun(trainer, config, batches, state, 1000);
      assertThat(trainer.step()).isEqualTo(17);
      List<Long> steps = new ArrayList<>();
      assertThat(run.run((step, report) -> steps.add(step))).isTrue();
      assertThat(steps).startsWith(18L).endsWith(40L).hasSize(23);
      assertThat(Tiny.bits(trainer.state())).isEqualTo(straight);
    }
  }

  @Test
  void eightBitIntegersAreNotTrainedIn() {
    Objective objective = (nn, inputs) -> Objective.Loss.of(nn.mean(inputs.floats("x", 4), 0, 1));
    var config = TrainingConfig.of(1, 1, 1e-3, 1).withCompute(Compute.of(Precision.INT8));
    assertThatThrownBy(() -> new Trainer(objective, config))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("precision: INT8 (expected: FLOAT32 or BFLOAT16, to train)");
  }

  @Test
  void aLossThatIsNotANumberStopsTheRunAndLeavesTheLastCheckpoint(@TempDir Path folder) {
    var config = Tiny.config(100, Precision.FLOAT32);
    var sound = Tiny.batches(config);
    BatchSource spoiled =
        step -> {
          float[] nan = new float[Tiny.BATCH * Tiny.SIZE];
          nan[5] = Float.NaN;
          return step == 23 ? sound.batch(step).floats("x", nan) : sound.batch(step);
        };
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config)) {
      var run = new TrainingRun(trainer, config, spoiled, folder, 10);
      assertThatThrownBy(() -> run.run(UNHEARD))
          .isInstanceOf(DivergedException.class)
          .hasMessage("step 23: loss NaN, gradient norm NaN (expected: finite numbers)");
    }
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config)) {
      var run = new TrainingRun(trainer, config, sound, folder, 10);
      assertThat(trainer.step()).isEqualTo(20);
      assertThat(run.run(UNHEARD)).isTrue();
      assertThat(trainer.step()).isEqualTo(100);
    }
  }

  @Test
  void aStateOfAnotherRunIsRefusedByWhatDiffers(@TempDir Path folder) {
    var config = Tiny.config(2, Precision.FLOAT32);
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config)) {
      new TrainingRun(trainer, config, Tiny.batches(config), folder, 1).run(UNHEARD);
    }
    var file = folder.resolve("state.safetensors");
    refused(
        Tiny.OBJECTIVE,
        TrainingConfig.of(2, Tiny.BATCH, 0.01, 12).withCompute(Compute.of(Precision.FLOAT32)),
        folder,
        file + ": is of another run: seed: 11 (expected: 12)");
    refused(
        Tiny.OBJECTIVE,
        TrainingConfig.of(2, 9, 0.01, 11).withCompute(Compute.of(Precision.FLOAT32)),
        folder,
        file + ": is of another run: batch_size: 8 (expected: 9)");
    refused(
        Tiny.OBJECTIVE,
        config.withCompute(Compute.of(Precision.BFLOAT16)),
        folder,
        file + ": is of another run: precision: FLOAT32 (expected: BFLOAT16)");
    refused(
        Tiny.OBJECTIVE,
        config.withOptimizer(Optimizer.of(Optimizer.Method.MUON)),
        folder,
        file + ": is of another run: optimizer: ADAMW (expected: MUON)");
  }

  @Test
  void aStateWithAFlippedBitIsRefused(@TempDir Path folder) throws IOException {
    var config = Tiny.config(2, Precision.FLOAT32);
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config)) {
      new TrainingRun(trainer, config, Tiny.batches(config), folder, 1).run(UNHEARD);
    }
    Path file = folder.resolve("state.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 4;
    Files.write(file, bytes);
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config)) {
      assertThatThrownBy(() -> new TrainingRun(trainer, config, Tiny.batches(config), folder, 1))
          .isInstanceOf(CheckpointException.class)
          .hasMessageStartingWith(file + ": checksum: ")
          .hasMessageEndingWith("; the file is damaged)");
      assertThat(folder).isDirectoryNotContaining("glob:**/lock");
    }
  }

  @Test
  void anyOfTheMovingAveragesOfAStateCanBeTheModels(@TempDir Path folder) {
    var config = Tiny.config(20, Precision.FLOAT32).withEmaDecay(0.9, 0.5);
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config)) {
      new TrainingRun(trainer, config, Tiny.batches(config), folder, 10).run(UNHEARD);
    }
    float[] other;
    var single = Tiny.config(20, Precision.FLOAT32).withEmaDecay(0.5);
    try (var trainer = new Trainer(Tiny.OBJECTIVE, single)) {
      new TrainingRun(trainer, single, Tiny.batches(single), folder.resolve("0.5"), 10)
          .run(UNHEARD);
      other = trainer.averagedWeights().read("out.weight");
    }
    var exchanged = config.withEmaDecay(0.5, 0.9);
    try (var trainer = new Trainer(Tiny.OBJECTIVE, exchanged);
        var run = new TrainingRun(trainer, exchanged, Tiny.batches(exchanged), folder, 10)) {
      assertThat(run).isNotNull();
      assertThat(trainer.averagedWeights().read("out.weight")).isEqualTo(other);
    }
    var third = config.withEmaDecay(0.9, 0.4);
    refused(
        Tiny.OBJECTIVE,
        third,
        folder,
        folder.resolve("state.safetensors")
            + ": is of another run: ema_decays: 0.9,0.5 (expected: 0.9,0.4)");
  }

  @Test
  void aStateWithWhatIsFrozenGoesOnOnlyWithTheSame(@TempDir Path folder) {
    var config = Tiny.config(4, Precision.FLOAT32).withFrozen(KeyPatterns.of("hidden.*"));
    var batches = Tiny.batches(config);
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config)) {
      assertThat(trainer.parameters()).isEqualTo(32 * 16 + 16);
      new TrainingRun(trainer, config, batches, folder, 2).run(UNHEARD);
    }
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config)) {
      assertThat(new TrainingRun(trainer, config, batches, folder, 2).run(UNHEARD)).isTrue();
      var other = new io.diffusion4j.checkpoint.TensorMap().putAll("", trainer.weights());
      other.read("hidden.bias")[0] += 1;
      trainer.startFrom(other);
      assertThatThrownBy(() -> new TrainingRun(trainer, config, batches, folder, 2))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(": is of another run: frozen_checksum: ");
    }
  }

  private static Stream<Arguments> falls() {
    return Stream.of(
        Arguments.of(TrainingConfig.Fall.NONE, 1.0, 1.0),
        Arguments.of(TrainingConfig.Fall.LINEAR, 0.8, 0.2),
        Arguments.of(TrainingConfig.Fall.COSINE, 0.9045085, 0.0954915));
  }

  @ParameterizedTest
  @MethodSource("falls")
  void theRateFallsAsItIsAsked(TrainingConfig.Fall fall, double early, double late) {
    var config = TrainingConfig.of(100, 1, 0.5, 1).withFall(fall).withDecay(50); // from step 50 on
    assertThat(config.rate(0)).isCloseTo(0.05, within(1e-9));
    assertThat(config.rate(49)).isEqualTo(0.5);
    assertThat(config.rate(60)).isCloseTo(0.5 * early, within(1e-6));
    assertThat(config.rate(90)).isCloseTo(0.5 * late, within(1e-6));
  }

  @Test
  void aFolderIsForOneRunAtATime(@TempDir Path folder) {
    var config = Tiny.config(3, Precision.FLOAT32);
    var batches = Tiny.batches(config);
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config);
        var other = new Trainer(Tiny.OBJECTIVE, config)) {
      var run = new TrainingRun(trainer, config, batches, folder, 1);
      assertThatThrownBy(() -> new TrainingRun(other, config, batches, folder, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("state: " + folder + " (expected: not in use, but process ");
      assertThat(run.run(UNHEARD)).isTrue();
      try (var next = new TrainingRun(other, config, batches, folder, 1)) {
        assertThat(next).isNotNull();
        assertThat(other.step()).isEqualTo(3);
      }
    }
  }

  @Test
  void aStateOfAnotherNetworkIsRefused(@TempDir Path folder) {
    var config = Tiny.config(2, Precision.FLOAT32);
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config)) {
      new TrainingRun(trainer, config, Tiny.batches(config), folder, 1).run(UNHEARD);
    }
    var file = folder.resolve("state.safetensors");
    Objective oneLayer =
        (nn, inputs) -> scalar(nn, nn.output(nn.at("out").linear(x(nn, inputs), 16)));
    refused(
        oneLayer,
        config,
        folder,
        file + ": is of another run: tensors: 16 (expected: the 8 of this objective)");
    Objective wider =
        (nn, inputs) -> {
          var hidden = nn.at("hidden").linear(x(nn, inputs), 16);
          return scalar(nn, nn.output(nn.at("out").linear(hidden, 32)));
        };
    refused(
        wider,
        config,
        folder,
        file + ": is of another run: weights.hidden.weight: [32, 16] (expected: [16, 16])");
  }

  private static Tensor x(Nn nn, Inputs inputs) {
    return nn.input(inputs.floats("x", 16));
  }

  private static Objective.Loss scalar(Nn nn, Tensor x) {
    return Objective.Loss.of(nn.mean(x, 0, 1));
  }

  private static void refused(
      Objective objective, TrainingConfig config, Path folder, String message) {
    try (var trainer = new Trainer(objective, config)) {
      assertThatThrownBy(() -> new TrainingRun(trainer, config, Tiny.batches(config), folder, 1))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(message.replaceFirst("\\)$", "; to start over, remove " + folder + ")"));
    }
  }

  @Test
  void aRunResumesOnlyWithTheSameOriginAndSettings(@TempDir Path folder) {
    var config = Tiny.config(2, Precision.FLOAT32);
    var origin = Map.of("data", "63 pictures", "clip", "sha256:1");
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config)) {
      new TrainingRun(trainer, config, origin, Set.of(), Tiny.batches(config), folder, 1)
          .run(UNHEARD);
    }
    Path file = folder.resolve("state.safetensors");
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config)) {
      assertThatThrownBy(
              () ->
                  new TrainingRun(
                      trainer,
                      config,
                      Map.of("data", "64 pictures", "clip", "sha256:1"),
                      Set.of(),
                      Tiny.batches(config),
                      folder,
                      1))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              "%s: is of another run: data: 63 pictures (expected: 64 pictures; to start over, remove %s)"
                  .formatted(file, folder));
      var run = new TrainingRun(trainer, config, origin, Set.of(), Tiny.batches(config), folder, 1);
      assertThat(run.changes()).isEmpty();
      run.close();
    }
    var decayed = config.withOptimizer(config.optimizer().withWeightDecay(0.5));
    String message = file + ": is of another run: ";
    refused(Tiny.OBJECTIVE, decayed, folder, message + "weight_decay: 0.01 (expected: 0.5)");
    refused(
        Tiny.OBJECTIVE,
        config.withEmaDecay(0.25),
        folder,
        message + "ema_decays: 0.999 (expected: 0.25)");
  }

  @Test
  void aStateOfAnEarlierVersionResumesAndNamesWhatIsNotCompared(@TempDir Path folder) {
    var config = Tiny.config(2, Precision.FLOAT32);
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config)) {
      new TrainingRun(trainer, config, Tiny.batches(config), folder, 1).run(UNHEARD);
    }
    Path file = folder.resolve("state.safetensors");
    var writer = new SafetensorsWriter().withChecksum();
    try (var saved = SafetensorsFile.open(file)) {
      saved.metadata().entrySet().stream()
          .filter(note -> !note.getKey().matches("diffusion4j.*|weight_decay|decayed|lora"))
          .forEach(note -> writer.note(note.getKey(), note.getValue()));
      for (String name : saved.names()) {
        float[] values = saved.read(name);
        writer.floats(name, DType.F32, saved.info(name).shape(), () -> values);
      }
    }
    writer.write(file);
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config);
        var run =
            new TrainingRun(
                trainer, config, Map.of("data", "x"), Set.of(), Tiny.batches(config), folder, 1)) {
      assertThat(trainer.step()).isEqualTo(2);
      assertThat(run.changes())
          .containsExactly(
              "not compared, as the state is of an earlier version: data, decayed, lora,"
                  + " weight_decay");
    }
  }

  @Test
  void whenTheStateCannotBeWrittenTheErrorNamesItAndTheOldOneStays(@TempDir Path folder)
      throws IOException {
    var config = Tiny.config(30, Precision.FLOAT32);
    Path state = folder.resolve("run");
    Path aside = folder.resolve("aside");
    Path file = state.resolve("state.safetensors");
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config)) {
      var run = new TrainingRun(trainer, config, Tiny.batches(config), state, 10);
      // Moves the folder away after the first checkpoint, as a disk that went away would.
      TrainingRun.Listener vanishing =
          (step, report) -> {
            if (step == 15) {
              move(state, aside);
            }
          };
      assertThatThrownBy(() -> run.run(vanishing))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageStartingWith("cannot write " + file);
    }
    assertThat(Files.exists(file)).isFalse();
    try (var saved = SafetensorsFile.open(aside.resolve("state.safetensors"))) {
      assertThat(saved.metadata()).containsEntry("step", "10");
      assertThat(saved.names()).hasSize(16);
    }
  }

  private static void move(Path from, Path to) {
    try {
      Files.move(from, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theListenerHearsOfEveryStepAndEveryCheckpoint(@TempDir Path folder) {
    var config = Tiny.config(25, Precision.FLOAT32);
    var steps = new AtomicLong();
    List<Long> checkpoints = new ArrayList<>();
    var listener =
        new TrainingRun.Listener() {
          @Override
          public void onStep(long step, Trainer.Report report) {
            assertThat(step).isEqualTo(steps.incrementAndGet());
            assertThat(report.metrics()).containsOnlyKeys("worst");
            assertThat(report.learningRate()).isEqualTo(config.rate(step - 1));
          }

          @Override
          public void onCheckpoint(long step, Path file) {
            assertThat(file).exists();
            checkpoints.add(step);
          }
        };
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config)) {
      new TrainingRun(trainer, config, Tiny.batches(config), folder, 10).run(listener);
    }
    assertThat(steps.get()).isEqualTo(25);
    assertThat(checkpoints).containsExactly(10L, 20L, 25L);
  }

  @Test
  void theRateRisesLinearlyAndFallsAsACosineToZero() {
    var config = TrainingConfig.of(1000, 8, 0.01, 1);
    assertThat(config.warmup()).isEqualTo(100);
    assertThat(config.rate(0)).isCloseTo(0.0001, within(1e-12));
    assertThat(config.rate(99)).isCloseTo(0.01, within(1e-12));
    assertThat(config.rate(550)).isCloseTo(0.005, within(1e-12));
    assertThat(config.rate(1000)).isCloseTo(0, within(1e-12));
  }

  @Test
  void theRateIsConstantUntilAShortDecay() {
    var config = TrainingConfig.of(1000, 8, 0.01, 1).withDecay(200);
    assertThat(config.rate(50)).isCloseTo(0.0051, within(1e-12));
    assertThat(config.rate(100)).isEqualTo(0.01);
    assertThat(config.rate(799)).isEqualTo(0.01);
    assertThat(config.rate(900)).isCloseTo(0.005, within(1e-12));
    assertThat(config.rate(1000)).isCloseTo(0, within(1e-12));
    // Ended early: the same rates until its own decay.
    var shorter = config.withSteps(600).withDecay(200);
    assertThat(shorter.rate(399)).isEqualTo(0.01);
    assertThat(shorter.rate(500)).isCloseTo(0.005, within(1e-12));
    assertThatThrownBy(() -> config.withDecay(0)).hasMessage("decay: 0 (expected: ≥ 1)");
  }
}
