package io.diffusion4j.unclip.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.SchedulerConfig.Spacing;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.pipeline.Diagnosis;
import io.diffusion4j.pipeline.Diagnosis.Level;
import io.diffusion4j.pipeline.Diagnosis.Verdict;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is found out about networks whose errors are known. */
final class DenoisingCheckTest {
  private static final SchedulerConfig SCHEDULER =
      SchedulerConfig.unclip(1000, VarianceType.LEARNED_RANGE, true, 1, Parameterization.X0);
  private static final List<float[]> CLEAN =
      IntStream.range(0, 4).mapToObj(DenoisingCheckTest::data).toList();

  private static float[] data(int seed) {
    var random = new SplittableRandom(seed);
    float[] x0 = new float[64];
    for (int i = 0; i < x0.length; i++) {
      x0[i] = (float) random.nextDouble(-1, 1);
    }
    return x0;
  }

  /** Predicts the given x₀ with an error that depends on the timestep. */
  private record Knowing(double atZero, double atNoise, double variance)
      implements Denoiser<float[]> {
    @Override
    public Parameterization parameterization() {
      return Parameterization.X0;
    }

    @Override
    public List<Prediction> predict(List<Query<float[]>> queries) {
      return queries.stream().map(q -> new Prediction(answer(q), variance(q))).toList();
    }

    /** One of 64 values is as said near pure noise, the rest in the middle. */
    private float[] variance(Query<float[]> query) {
      float[] v = new float[query.xt().length];
      if (query.t() > 900) {
        v[0] = (float) variance;
      }
      return v;
    }

    private float[] answer(Query<float[]> query) {
      float off = (float) (query.t() == 0 ? atZero : atNoise * (1 + query.t() / 1000.0));
      float[] answer = query.condition().clone();
      for (int i = 0; i < answer.length; i++) {
        answer[i] += i % 2 == 0 ? off : -off;
      }
      return answer;
    }
  }

  private static Diagnosis examine(double errorAtZero, Spacing spacing, boolean answersLast) {
    return examine(errorAtZero, spacing, answersLast, /* variance= */ 0.9);
  }

  private static Diagnosis examine(
      double errorAtZero, Spacing spacing, boolean answersLast, double variance) {
    return new DenoisingCheck<>(
            "decoder",
            new Knowing(errorAtZero, 0.04, variance),
            SCHEDULER.withSpacing(spacing),
            List.of(0.02, 0.5, 0.95),
            answersLast,
            CLEAN,
            CLEAN,
            1)
        .diagnosis();
  }

  @Test
  void oneThatKnowsLeastAboutWhatItIsAskedLastIsFound() {
    var diagnosis = examine(0.09, Spacing.LINSPACE, true);
    assertThat(diagnosis.verdict()).isEqualTo(Verdict.MISCONFIGURED);
    assertThat(diagnosis.finding())
        .startsWith("timestep_spacing: ends at t = 0 (expected: ")
        .endsWith("its error is 4.9 times that at t = 20");
    assertThat(diagnosis.levels()).extracting(Level::t).containsExactly(0, 20, 500, 949);
  }

  @Test
  void itIsWellWhereSamplersDoNotAskThere() {
    var diagnosis = examine(0.09, Spacing.TRAILING, true);
    assertThat(diagnosis.verdict()).as(diagnosis.finding()).isEqualTo(Verdict.OK);
    assertThat(diagnosis.levels()).extracting(Level::t).containsExactly(20, 39, 500, 949);
  }

  @Test
  void andWhereAnotherAnswersInItsPlace() {
    var diagnosis = examine(0.09, Spacing.LINSPACE, false);
    assertThat(diagnosis.verdict()).as(diagnosis.finding()).isEqualTo(Verdict.OK);
    assertThat(diagnosis.levels()).extracting(Level::t).containsExactly(20, 500, 949);
  }

  @Test
  void anErrorThatIsALittleLargerIsNone() {
    assertThat(examine(0.06, Spacing.LINSPACE, true).verdict()).isEqualTo(Verdict.OK);
  }

  @Test
  void aVarianceOutsideItsBoundsIsFound() {
    var diagnosis = examine(0.06, Spacing.TRAILING, true, /* variance= */ -1.2);
    assertThat(diagnosis.verdict()).isEqualTo(Verdict.MISCONFIGURED);
    assertThat(diagnosis.finding())
        .startsWith("variance_type: learned_range (expected: fixed_small_log, or ")
        .endsWith("2 % of its values are outside at t = 949");
  }

  @Test
  void aVarianceBetweenItsBoundsIsReported() {
    assertThat(examine(0.06, Spacing.TRAILING, true).finding())
        .endsWith("; its variance is between its bounds for 100.0 % of values");
  }
}
