package io.diffusion4j.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.engine.Threads;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.DivergedException;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.Optimizer;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingConfig.Activations;
import io.diffusion4j.nn.train.TrainingConfig.Shares;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.nn.train.group.Members;
import io.diffusion4j.nn.train.group.Wire;
import io.diffusion4j.onednn.OneDnnEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several processes train to the bits of one; here they are threads. */
class GroupTrainingTest {
  private static final int BATCH = 8;
  private static final int STEPS = 3;

  private static final LittleDecoding DECODING =
      new LittleDecoding(LittleDecoding.unet(8, List.of(16, 32)), BATCH, 4);

  private static final Objective OBJECTIVE = DECODING.objective();

  private record Outcome(List<Trainer.Report> reports, Map<String, Integer> bits) {}

  @BeforeEach
  void isAvailable() {
    assumeThat(new OneDnnEngine().unavailable(Precision.BFLOAT16)).isEmpty();
  }

  private static TrainingConfig config(Precision precision, Optimizer.Method method, int threads) {
    return TrainingConfig.of(40, BATCH, 2e-3, 7)
        .withOptimizer(Optimizer.of(method))
        .withCompute(Compute.of(precision).withThreads(Threads.of(threads)));
  }

  private static TrainingConfig config(int threads) {
    return config(Precision.BFLOAT16, Optimizer.Method.MUON, threads);
  }

  private static Outcome train(TrainingConfig config, BatchSource batches, Group group) {
    try (var trainer = new Trainer(OBJECTIVE, config, group)) {
      List<Trainer.Report> reports = new ArrayList<>();
      for (int step = 0; step < STEPS; step++) {
        var some = new Batch[config.accumulate()];
        for (int i = 0; i < some.length; i++) {
          some[i] = batches.batch((long) step * some.length + i);
        }
        reports.add(trainer.step(some));
      }
      return new Outcome(reports, bits(trainer.weights()));
    }
  }

  private static Map<String, Integer> bits(TensorSource weights) {
    Map<String, Integer> bits = new TreeMap<>();
    weights.names().forEach(name -> bits.put(name, Arrays.hashCode(weights.read(name))));
    return bits;
  }

  private static List<Outcome> together(int processes, TrainingConfig config) {
    return Members.run(processes, group -> train(config, DECODING::batch, group));
  }

  private static void assertBits(List<Outcome> processes, Outcome alone) {
    for (var process : processes) {
      assertThat(process.bits).isEqualTo(alone.bits);
      for (int step = 0; step < STEPS; step++) {
        var actual = process.reports.get(step);
        var expected = alone.reports.get(step);
        assertThat(actual.gradientNorm()).isEqualTo(expected.gradientNorm());
        assertThat(actual.loss()).isCloseTo(expected.loss(), within(1e-6 * expected.loss()));
        assertThat(actual.metrics().keySet()).isEqualTo(expected.metrics().keySet());
        actual
            .metrics()
            .forEach(
                (name, value) ->
                    assertThat(value)
                        .as(name)
                        .isCloseTo(expected.metrics().getOrDefault(name, 0.0), within(1e-5)));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"FLOAT32, ADAMW", "FLOAT32, MUON", "BFLOAT16, ADAMW", "BFLOAT16, MUON"})
  void twoProcessesOfOneThreadAreOneOfTwo(Precision precision, Optimizer.Method method) {
    var alone = train(config(precision, method, 2), DECODING::batch, Group.alone());
    assertBits(together(2, config(precision, method, 1)), alone);
  }

  @Test
  void fourProcessesOfOneThreadAreTwoOfTwoAndOneOfFour() {
    var alone = train(config(4), DECODING::batch, Group.alone());
    assertBits(together(4, config(1)), alone);
    assertBits(together(2, config(2)), alone);
  }

  @Test
  void accumulationAndRecomputedActivationsGiveTheSameBits() {
    var alone =
        train(
            config(2).withAccumulate(3).withActivations(Activations.RECOMPUTED),
            DECODING::batch,
            Group.alone());
    assertBits(
        together(2, config(1).withAccumulate(3).withActivations(Activations.RECOMPUTED)), alone);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 8})
  void withFixedSharesAnyNumberOfProcessesGivesTheSameBits(int processes) {
    var expected = train(config(2).withShares(Shares.FIXED), DECODING::batch, Group.alone());
    assertBits(together(processes, config(1).withShares(Shares.FIXED)), expected);
  }

  @Test
  void threeProcessesAreEqualAndNearToOne() {
    var alone = train(config(1), DECODING::batch, Group.alone());
    var three = together(3, config(1));
    for (var process : three) {
      assertThat(process.bits).isEqualTo(three.get(0).bits);
      assertThat(process.reports).isEqualTo(three.get(0).reports);
      for (int step = 0; step < STEPS; step++) {
        double loss = alone.reports.get(step).loss();
        assertThat(process.reports.get(step).loss()).isCloseTo(loss, within(1e-2 * loss));
      }
    }
  }

  /** Two processes need one round, and three need two of different kinds. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void sumsInBfloat16GiveTheSameBitsInAllProcessesAndInEveryRun(int processes) {
    var expected = together(processes, config(1)).get(0);
    var rounded = together(processes, config(1).withSums(Wire.BFLOAT16));
    var again = together(processes, config(1).withSums(Wire.BFLOAT16));
    assertThat(rounded.get(0).bits).isNotEqualTo(expected.bits);
    for (int rank = 0; rank < processes; rank++) {
      assertThat(rounded.get(rank)).isEqualTo(rounded.get(0));
      assertThat(again.get(rank)).isEqualTo(rounded.get(0));
    }
    for (int step = 0; step < STEPS; step++) {
      double norm = expected.reports.get(step).gradientNorm();
      double loss = expected.reports.get(step).loss();
      var report = rounded.get(0).reports.get(step);
      assertThat(report.gradientNorm()).isCloseTo(norm, within(2e-2 * norm));
      assertThat(report.loss()).isCloseTo(loss, within(2e-2 * loss));
    }
  }

  @Test
  void aProcessByItselfRoundsNoSums() {
    var expected = train(config(2), DECODING::batch, Group.alone());
    var alone = train(config(2).withSums(Wire.BFLOAT16), DECODING::batch, Group.alone());
    assertThat(alone).isEqualTo(expected);
  }

  @Test
  void otherSumsThanThoseOfTheFirstProcessAreTold() {
    assertThatThrownBy(
            () ->
                Members.run(
                    2,
                    group ->
                        train(
                            config(1).withSums(group.isFirst() ? Wire.FLOAT32 : Wire.BFLOAT16),
                            DECODING::batch,
                            group)))
        .hasMessage("sums of process 1: bf16 (expected: that of process 0, f32)");
  }

  @Test
  void fixedSharesAreSummedInFloat32() {
    var fixed = config(1).withShares(Shares.FIXED);
    assertThat(fixed.withSums(Wire.FLOAT32).shares()).isEqualTo(Shares.FIXED);
    assertThatThrownBy(() -> fixed.withSums(Wire.BFLOAT16))
        .hasMessage("sums: bf16 (expected: f32 with fixed shares)");
  }

  /** The last process has no state; it learns the format from the first. */
  @Test
  void aRunResumesWithTheSumsOfItsState(@TempDir Path folder) {
    assertThat(resumed(folder, config(1))).containsOnly(Optional.empty());
    run(folder, config(1).withSums(Wire.BFLOAT16), 1);
    assertThat(resumed(folder, config(1))).containsOnly(Optional.of(Wire.BFLOAT16));
    assertThat(resumed(folder, config(1).withSums(Wire.FLOAT32)))
        .containsOnly(Optional.of(Wire.FLOAT32));
    assertThat(run(folder, config(1).withSums(Wire.BFLOAT16), 2)).isEmpty();
    assertThat(run(folder, config(1), 3)).containsExactly("sums in f32, until here in bf16");
    assertThat(resumed(folder, config(1))).containsOnly(Optional.of(Wire.FLOAT32));
  }

  private static List<Optional<Wire>> resumed(Path folder, TrainingConfig config) {
    return Members.run(
        2,
        group ->
            TrainingRun.resumed(config, group.isFirst() ? folder : folder.resolve("other"), group)
                .sums());
  }

  /** Returns the changes of a run. */
  private static List<String> run(Path folder, TrainingConfig config, long until) {
    try (var trainer = new Trainer(OBJECTIVE, config, Group.alone());
        var run = new TrainingRun(trainer, config, DECODING::batch, folder, 2)) {
      run.run(
          (step, report) -> {
            if (step == until) {
              run.stop();
            }
          });
      return run.changes();
    }
  }

  /** Only the first of them has the state. */
  @Test
  void aStateGoesOnWithAnotherNumberOfProcesses(@TempDir Path folder) {
    var expected = run(config(1).withShares(Shares.FIXED), folder.resolve("a"), 6, Group.alone());
    run(2, folder.resolve("b"), 2);
    run(3, folder.resolve("b"), 3);
    run(1, folder.resolve("b"), 4);
    assertThat(run(4, folder.resolve("b"), 6)).containsOnly(expected);
    assertThat(folder.resolve("b1")).doesNotExist();
  }

  private static List<Map<String, Integer>> run(int processes, Path folder, long until) {
    return Members.run(
        processes,
        group ->
            run(
                config(1).withShares(Shares.FIXED),
                group.isFirst() ? folder : Path.of(folder + "" + group.rank()),
                until,
                group));
  }

  /** The last process stops the others. */
  private static Map<String, Integer> run(
      TrainingConfig config, Path folder, long until, Group group) {
    try (var trainer = new Trainer(OBJECTIVE, config, group);
        var run = new TrainingRun(trainer, config, DECODING::batch, folder, 2)) {
      run.run(
          (step, report) -> {
            if (step == until && group.rank() == group.size() - 1) {
              run.stop();
            }
          });
      assertThat(trainer.step()).isEqualTo(until);
      return bits(trainer.weights());
    }
  }

  @Test
  void numbersThatAreNotFiniteStopAllProcessesAtTheSameStep() {
    BatchSource broken =
        step -> {
          var batch = DECODING.batch(step);
          if (step == 1) {
            batch.floats(DecoderObjective.CONDITIONAL, not());
          }
          return batch;
        };
    var steps =
        Members.run(
            2,
            group -> {
              try (var trainer = new Trainer(OBJECTIVE, config(1), group)) {
                trainer.step(broken.batch(0));
                assertThatThrownBy(() -> trainer.step(broken.batch(1)))
                    .isInstanceOf(DivergedException.class);
                return trainer.step();
              }
            });
    assertThat(steps).containsExactly(1L, 1L);
  }

  private static float[] not() {
    float[] values = new float[BATCH];
    values[BATCH - 1] = Float.NaN;
    return values;
  }

  /** The state has the moments of all processes, of which each keeps some. */
  @Test
  void aBatchThatOneProcessCannotMakeStopsAllAndTheStateGoesOn(@TempDir Path folder) {
    var config = config(1).withShares(Shares.FIXED);
    Members.run(
        2,
        group -> {
          BatchSource failing =
              step -> {
                if (step == 3 && !group.isFirst()) {
                  throw new IllegalStateException("no picture");
                }
                return DECODING.batch(step);
              };
          Path own = group.isFirst() ? folder : folder.resolve("other");
          try (var trainer = new Trainer(OBJECTIVE, config, group);
              var run = new TrainingRun(trainer, config, failing, own, 100)) {
            if (group.isFirst()) {
              assertThat(run.run((step, report) -> {})).isFalse();
            } else {
              assertThatThrownBy(() -> run.run((step, report) -> {})).hasMessage("no picture");
            }
            return assertThat(trainer.step()).isEqualTo(3);
          }
        });
    var expected = run(config, folder.resolve("whole"), 6, Group.alone());
    assertThat(run(config, folder, 6, Group.alone())).isEqualTo(expected);
  }

  @Test
  void otherSettingsAndOtherDataAreTold(@TempDir Path folder) {
    assertThatThrownBy(() -> runs(folder, group -> 7L + group.rank(), group -> 0))
        .hasMessageContaining("training of process 1: {seed=8")
        .hasMessageContaining("(expected: that of process 0, {seed=7");
    assertThatThrownBy(() -> runs(folder, group -> 7L, Group::rank))
        .hasMessageStartingWith("data of process 1: a row of step 0, ");
  }

  private static void runs(Path folder, ToLongFunction<Group> seed, ToIntFunction<Group> data) {
    Members.run(
        2,
        group -> {
          var config = config(1).withSeed(seed.applyAsLong(group));
          BatchSource batches = step -> DECODING.batch(step + data.applyAsInt(group));
          try (var trainer = new Trainer(OBJECTIVE, config, group);
              var run = new TrainingRun(trainer, config, batches, folder, 2)) {
            return run.run((step, report) -> {});
          }
        });
  }

  @Test
  void moreProcessesThanSharesAreRefused() {
    assertThatThrownBy(() -> together(9, config(1))).hasMessageContaining("processes: 9");
    assertThatThrownBy(() -> together(3, config(1).withBatchSize(6).withShares(Shares.FIXED)))
        .hasMessageContaining("processes: 3 (expected: at most 2");
  }

  @Test
  void tensorFlowTrainsTogetherUpToRounding() {
    var config = config(Precision.FLOAT32, Optimizer.Method.ADAMW, 1);
    var tensorFlow =
        config.withCompute(config.compute().withEngine("tensorflow")).withAccumulate(2);
    var alone = train(tensorFlow, DECODING::batch, Group.alone());
    var two = together(2, tensorFlow);
    assertThat(two.get(0).bits).isEqualTo(two.get(1).bits);
    var rounded = together(2, tensorFlow.withSums(Wire.BFLOAT16));
    assertThat(rounded.get(0).bits).isEqualTo(rounded.get(1).bits).isNotEqualTo(two.get(0).bits);
    for (int step = 0; step < STEPS; step++) {
      var expected = alone.reports.get(step);
      var actual = two.get(1).reports.get(step);
      assertThat(actual.loss()).isCloseTo(expected.loss(), within(1e-5 * expected.loss()));
      assertThat(actual.gradientNorm())
          .isCloseTo(expected.gradientNorm(), within(1e-4 * expected.gradientNorm()));
    }
  }
}
