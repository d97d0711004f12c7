package io.diffusion4j.nn.train.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.loss.TimestepSampler;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.FlowSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.ScheduleCheck;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Batches;
import io.diffusion4j.nn.TimeEmbedding;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.train.BatchSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NoisedBatchTest {
  private static final NoiseSchedule SCHEDULE = new CosineSchedule(1000);
  private static final int SIZE = 20_000;

  private static Batch batch(Parameterization parameterization, float[] x0, int t) {
    var batch = new Batch(1);
    new NoisedBatch(SCHEDULE, parameterization, Weighting.SIMPLE, 8)
        .addTo(
            batch,
            List.of(x0),
            new SplittableRandom(3),
            ignored -> new TimestepSampler.Drawn(t, 1));
    return batch;
  }

  private static float[] constant(float value) {
    float[] x0 = new float[SIZE];
    Arrays.fill(x0, value);
    return x0;
  }

  @Test
  void whatIsDoubtfulInAScheduleIsLogged() {
    List<String> warnings = new ArrayList<>();
    var logger = Logger.getLogger(ScheduleCheck.class.getName());
    logger.setFilter(line -> !warnings.add(line.getMessage()));
    try {
      var loud = NoiseSchedule.of(10, u -> 1 - 0.75 * u);
      assertThat(new NoisedBatch(loud, Parameterization.EPS, Weighting.SIMPLE, 8)).isNotNull();
      assertThat(new NoisedBatch(SCHEDULE, Parameterization.EPS, Weighting.SIMPLE, 8)).isNotNull();
    } finally {
      logger.setFilter(null);
    }
    assertThat(warnings)
        .contains(
            "training: noise schedule: alphaBar(9): 0.25 (expected: near 0, such as 0.0047: drawing"
                + " starts from noise without signal)")
        .noneMatch(line -> line.contains("(999)"));
  }

  @Test
  void xtHasTheMeanAndTheVarianceOfTheForwardProcess() {
    for (int t : new int[] {0, 100, 500, 999}) {
      float[] xt =
          Batches.floats(batch(Parameterization.EPS, constant(0.5f), t), NetworkDenoiser.SAMPLE);
      double mean = IntStream.range(0, SIZE).mapToDouble(i -> xt[i]).average().orElseThrow();
      double variance =
          IntStream.range(0, SIZE)
              .mapToDouble(i -> Math.pow(xt[i] - mean, 2))
              .average()
              .orElseThrow();
      double alphaBar = SCHEDULE.alphaBar(t);
      double deviation = Math.sqrt((1 - alphaBar) / SIZE);
      assertThat(mean).isCloseTo(0.5 * Math.sqrt(alphaBar), within(4 * deviation + 1e-6));
      assertThat(variance).isCloseTo(1 - alphaBar, within(0.05 * (1 - alphaBar)));
    }
  }

  /** From x_t and the target both x₀ and ε follow, whatever the network predicts. */
  @ParameterizedTest
  @EnumSource
  void theTargetIsWhatTheParameterizationSays(Parameterization parameterization) {
    int t = 400;
    double signal = Math.sqrt(SCHEDULE.alphaBar(t));
    double noise = Math.sqrt(1 - SCHEDULE.alphaBar(t));
    var batch = batch(parameterization, constant(0.25f), t);
    float[] xt = Batches.floats(batch, NetworkDenoiser.SAMPLE);
    float[] target = Batches.floats(batch, DiffusionLoss.TARGET);
    for (int i = 0; i < 100; i++) {
      double x0 =
          switch (parameterization) {
            case X0 -> target[i];
            case EPS -> (xt[i] - noise * target[i]) / signal;
            case V -> signal * xt[i] - noise * target[i];
            case VELOCITY -> (xt[i] - noise * target[i]) / (signal + noise);
          };
      assertThat(x0).isCloseTo(0.25, within(1e-5));
    }
  }

  @Test
  void theSampleOfAFlowIsOnTheLineFromThePictureToTheNoise() {
    var schedule = new FlowSchedule(1000, 3);
    for (int t : new int[] {0, 500, 999}) {
      var batch = new Batch(1);
      new NoisedBatch(schedule, Parameterization.VELOCITY, Weighting.SIMPLE, 8)
          .addTo(
              batch,
              List.of(constant(0.25f)),
              new SplittableRandom(3),
              ignored -> new TimestepSampler.Drawn(t, 1));
      double sigma = schedule.flowLevel(t).sigma();
      float[] xt = Batches.floats(batch, NetworkDenoiser.SAMPLE);
      float[] velocity = Batches.floats(batch, DiffusionLoss.TARGET);
      for (int i = 0; i < 100; i++) { // (1−σ)·x₀ + σ·(x₀ + v)
        assertThat((double) xt[i]).isCloseTo(0.25 + sigma * velocity[i], within(1e-5));
      }
      assertThat(Batches.floats(batch, NetworkDenoiser.TIME))
          .containsExactly(TimeEmbedding.sinusoid(1000 * sigma, 8));
    }
  }

  @Test
  void timestepsCoverTheScheduleEvenly() {
    int rows = 4000;
    var batch = new Batch(rows);
    new NoisedBatch(SCHEDULE, Parameterization.EPS, Weighting.SIMPLE, 8)
        .addTo(batch, Collections.nCopies(rows, new float[1]), new SplittableRandom(5));
    float[] times = Batches.floats(batch, NetworkDenoiser.TIME);
    List<float[]> known =
        IntStream.range(0, 1000).mapToObj(t -> TimeEmbedding.sinusoid(t, 8)).toList();
    int[] quarters = new int[4];
    for (int row = 0; row < rows; row++) {
      float[] time = Arrays.copyOfRange(times, 8 * row, 8 * row + 8);
      int t =
          IntStream.range(0, 1000)
              .filter(i -> Arrays.equals(known.get(i), time))
              .findFirst()
              .orElseThrow();
      quarters[t / 250]++;
    }
    for (int count : quarters) {
      assertThat(count).isBetween(880, 1120); // four standard deviations about 1000
    }
  }

  @Test
  void theRandomnessOfAStepDependsOnSeedAndStepAlone() {
    assertThat(BatchSource.random(1, 7).nextLong()).isEqualTo(BatchSource.random(1, 7).nextLong());
    Set<Long> first = new HashSet<>();
    List<Double> all = new ArrayList<>();
    for (long seed = 0; seed < 40; seed++) {
      for (long step = 0; step < 40; step++) {
        var random = BatchSource.random(seed, step);
        first.add(random.nextLong());
        all.add(random.nextDouble());
      }
    }
    assertThat(first).hasSize(1600);
    double mean = all.stream().mapToDouble(d -> d).average().orElseThrow();
    assertThat(mean).isCloseTo(0.5, within(0.03));
  }
}
