package io.diffusion4j.diffusion.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TimestepSamplerTest {
  private static final int STEPS = 8;

  /** Records a loss of t + 1 at each timestep, this many times. */
  private static SecondMomentSampler fed(int times) {
    var sampler = new SecondMomentSampler(STEPS);
    for (int i = 0; i < times; i++) {
      for (int t = 0; t < STEPS; t++) {
        sampler = sampler.after(new int[] {t}, new float[] {t + 1});
      }
    }
    return sampler;
  }

  @Test
  void drawsAreUniformUntilEveryTimestepHasTenLosses() {
    var nearly = fed(10);
    nearly = SecondMomentSampler.of(nearly.losses(), counts(nearly, 3, 9));
    for (var sampler : List.of(new SecondMomentSampler(STEPS), fed(9), nearly)) {
      var uniform = TimestepSampler.uniform(STEPS);
      var random = new SplittableRandom(4);
      var same = new SplittableRandom(4);
      for (int i = 0; i < 100; i++) {
        assertThat(sampler.draw(random)).isEqualTo(uniform.draw(same));
      }
    }
    assertThat(nearly.after(new int[] {3}, new float[] {1}).probability(0))
        .isNotEqualTo(1.0 / STEPS);
  }

  private static int[] counts(SecondMomentSampler sampler, int t, int count) {
    int[] counts = sampler.counts();
    counts[t] = count;
    return counts;
  }

  /** w_t = √(mean of squares), normalised, times 0.999, plus 0.001/T. */
  @Test
  void probabilitiesAreTheRootsOfTheSecondMoments() {
    var sampler = fed(10);
    for (int t = 0; t < STEPS; t++) {
      assertThat(sampler.probability(t))
          .isCloseTo(0.999 * (t + 1) / 36 + 0.001 / STEPS, within(1e-12));
    }
    // Ten different losses at t = 0: √(mean of 1², …, 10²) = √38.5.
    for (int i = 1; i <= 10; i++) {
      sampler = sampler.after(new int[] {0}, new float[] {i});
    }
    double root = Math.sqrt(38.5);
    assertThat(sampler.probability(0))
        .isCloseTo(0.999 * root / (35 + root) + 0.001 / STEPS, within(1e-6));
  }

  @Test
  void theOldestLossIsForgottenFirst() {
    var sampler = new SecondMomentSampler(2);
    for (int i = 1; i <= 12; i++) {
      sampler = sampler.after(new int[] {1}, new float[] {i});
    }
    List<Float> kept = new ArrayList<>();
    for (int i = 0; i < SecondMomentSampler.HISTORY; i++) {
      kept.add(sampler.losses()[SecondMomentSampler.HISTORY + i]);
    }
    assertThat(kept).containsExactly(3f, 4f, 5f, 6f, 7f, 8f, 9f, 10f, 11f, 12f);
    assertThat(sampler.counts()).containsExactly(0, 10);
  }

  @Test
  void drawsHaveTheseProbabilitiesAndTheWeightsUndoThem() {
    var sampler = fed(10);
    int draws = 40_000;
    int[] counts = new int[STEPS];
    double weights = 0;
    double weighted = 0;
    var random = new SplittableRandom(7);
    for (int i = 0; i < draws; i++) {
      var drawn = sampler.draw(random);
      counts[drawn.t()]++;
      weights += drawn.weight();
      weighted += drawn.weight() * drawn.t() * drawn.t();
    }
    for (int t = 0; t < STEPS; t++) {
      double p = sampler.probability(t);
      double deviation = Math.sqrt(p * (1 - p) / draws);
      assertThat((double) counts[t] / draws).isCloseTo(p, within(5 * deviation));
    }
    assertThat(weights / draws).isCloseTo(1, within(0.03));
    assertThat(weighted / draws).isCloseTo(140.0 / STEPS, within(0.5)); // the mean of t²
  }

  @Test
  void whatItHasSeenIsAllOfItsState() {
    var sampler = fed(13).after(new int[] {2, 2, 5}, new float[] {9, 4, 0});
    var copy = SecondMomentSampler.of(sampler.losses(), sampler.counts());
    var random = new SplittableRandom(9);
    var same = new SplittableRandom(9);
    for (int i = 0; i < 1000; i++) {
      assertThat(copy.draw(random)).isEqualTo(sampler.draw(same));
    }
    assertThat(sampler.after(new int[] {2}, new float[] {100})).isNotSameAs(sampler);
    assertThat(copy.probability(2)).isEqualTo(sampler.probability(2));
  }

  @Test
  void lossesThatAreAllZeroLeaveDrawsUniform() {
    var sampler = SecondMomentSampler.of(new float[20], new int[] {10, 10});
    assertThat(sampler.probability(0)).isEqualTo(0.5);
  }

  /** P(t ≥ x·T) is P(u ≥ x/(s − (s − 1)·x)); within four standard deviations. */
  @Test
  void aShiftDrawsMoreOfTheNoisyTimesteps() {
    int draws = 10_000;
    for (double shift : new double[] {1, 2, 4}) {
      var sampler = TimestepSampler.shifted(1000, shift);
      var random = new SplittableRandom(6);
      int[] from = new int[1000];
      for (int i = 0; i < draws; i++) {
        var drawn = sampler.draw(random);
        assertThat(drawn.weight()).isEqualTo(1);
        from[drawn.t()]++;
      }
      for (int at = 100; at < 1000; at += 100) {
        double x = at / 1000.0;
        double p = 1 - x / (shift - (shift - 1) * x);
        double share = Arrays.stream(from, at, 1000).sum() / (double) draws;
        assertThat(share).isCloseTo(p, within(4 * Math.sqrt(p * (1 - p) / draws)));
      }
    }
  }

  /** Within four standard deviations. */
  @Test
  void aMixtureDrawsFromBoth() {
    int draws = 10_000;
    var sampler = TimestepSampler.uniform(1000).mixedWith(TimestepSampler.uniform(10), 0.25);
    var random = new SplittableRandom(7);
    int last = 0;
    for (int i = 0; i < draws; i++) {
      last += sampler.draw(random).t() < 10 ? 1 : 0;
    }
    double p = 0.25 + 0.75 * 0.01;
    assertThat(last / (double) draws).isCloseTo(p, within(4 * Math.sqrt(p * (1 - p) / draws)));
  }

  @Test
  void whatCannotBeIsNamed() {
    var sampler = new SecondMomentSampler(STEPS);
    assertThatThrownBy(() -> sampler.after(new int[] {8}, new float[] {1}))
        .hasMessage("t: 8 (expected: in [0, 8))");
    assertThatThrownBy(() -> sampler.after(new int[] {1}, new float[] {Float.NaN}))
        .hasMessage("loss: NaN (expected: finite)");
    assertThatThrownBy(() -> SecondMomentSampler.of(new float[3], new int[1]))
        .hasMessage("losses: 3 values (expected: 10 for each of 1 timesteps)");
    assertThatThrownBy(() -> TimestepSampler.uniform(0)).hasMessage("steps: 0 (expected: ≥ 1)");
    assertThatThrownBy(() -> TimestepSampler.shifted(0, 1)).hasMessage("steps: 0 (expected: ≥ 1)");
    assertThatThrownBy(() -> TimestepSampler.shifted(8, 0.5))
        .hasMessage("shift: 0.5 (expected: ≥ 1)");
    assertThatThrownBy(() -> TimestepSampler.uniform(8).mixedWith(TimestepSampler.uniform(1), 1.5))
        .hasMessage("probability: 1.5 (expected: in [0, 1])");
  }
}
