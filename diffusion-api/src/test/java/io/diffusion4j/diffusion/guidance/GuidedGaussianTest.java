package io.diffusion4j.diffusion.guidance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.DenoiserContract;
import io.diffusion4j.diffusion.denoiser.GaussianDenoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.DdpmSampler;
import io.diffusion4j.diffusion.solver.GaussianData;
import io.diffusion4j.diffusion.solver.HeunSampler;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Guidance of normal data. The classifier is the likelihood of y, which is x₀ with normal noise. So
 * samples guided with scale 1 have the distribution of x₀ given y, which is normal by Bayes's rule.
 */
class GuidedGaussianTest {
  private static final NoiseSchedule SCHEDULE = new CosineSchedule(1000);
  private static final GaussianData DATA = new GaussianData(-0.2, 0.8);
  private static final double OBSERVED = 0.9;
  private static final double BLUR = 0.5;

  /** N(mean, deviation²) times N(y; x₀, blur²). */
  private static GaussianData posterior(double scale) {
    double prior = 1 / (DATA.deviation() * DATA.deviation());
    double likelihood = scale / (BLUR * BLUR);
    double precision = prior + likelihood;
    double mean = (prior * DATA.mean() + likelihood * OBSERVED) / precision;
    return new GaussianData(mean, Math.sqrt(1 / precision));
  }

  /** ∇ ln N(y; E[x₀|x_t], Var[x₀|x_t] + blur²). */
  private static List<float[]> judge(List<Query<Double>> queries) {
    List<float[]> gradients = new ArrayList<>();
    for (Query<Double> query : queries) {
      double alphaBar = SCHEDULE.alphaBar((int) query.t());
      double power = DATA.deviation() * DATA.deviation();
      double total = alphaBar * power + 1 - alphaBar;
      double slope = Math.sqrt(alphaBar) * power / total; // of E[x₀|x_t] in x_t
      double variance = power * (1 - alphaBar) / total + BLUR * BLUR;
      float[] gradient = new float[query.xt().length];
      for (int i = 0; i < gradient.length; i++) {
        double x0 = DATA.x0(query.xt()[i], alphaBar);
        gradient[i] = (float) ((query.condition() - x0) / variance * slope);
      }
      gradients.add(gradient);
    }
    return gradients;
  }

  private static Query<GradientGuidance<GaussianData, Double>> query(int t, double scale) {
    return new Query<>(
        new PhiloxNoise(1, t).gaussian("x", 0, 64),
        t,
        new GradientGuidance<>(DATA, OBSERVED, scale));
  }

  @ParameterizedTest
  @EnumSource
  void aShiftedScoreIsThatOfThePosterior(Parameterization parameterization) {
    var network = new GaussianDenoiser(SCHEDULE, parameterization);
    var guided = GradientGuidedDenoiser.byScore(network, GuidedGaussianTest::judge, SCHEDULE);
    for (int t : new int[] {0, 10, 300, 600, 900}) {
      float[] output = guided.predict(List.of(query(t, 1))).get(0).output();
      float[] exact =
          posterior(1).predict(query(t, 1).xt(), SCHEDULE.alphaBar(t), parameterization).output();
      for (int i = 0; i < output.length; i++) {
        assertThat(output[i]).as("t = %d", t).isCloseTo(exact[i], within(5e-6f));
      }
    }
  }

  static Stream<Sampler> samplers() {
    return Stream.of(
        new DdimSampler(0), new HeunSampler(), new DdpmSampler(VarianceType.FIXED_SMALL));
  }

  @ParameterizedTest
  @MethodSource("samplers")
  void aShiftedScoreSamplesThePosterior(Sampler sampler) {
    assertSamples(
        GradientGuidedDenoiser.byScore(
            new GaussianDenoiser(SCHEDULE, Parameterization.EPS),
            GuidedGaussianTest::judge,
            SCHEDULE),
        sampler);
  }

  @Test
  void aShiftedMeanSamplesThePosterior() {
    assertSamples(
        GradientGuidedDenoiser.byStep(
            new GaussianDenoiser(SCHEDULE, Parameterization.EPS), GuidedGaussianTest::judge),
        new DdpmSampler(VarianceType.FIXED_SMALL));
  }

  private static void assertSamples(
      Denoiser<GradientGuidance<GaussianData, Double>> denoiser, Sampler sampler) {
    int size = 10_000;
    var stage =
        new DiffusionStage<>(
            "gaussian", denoiser, SCHEDULE, TimestepSpacings.UNCLIP, Thresholding.NONE, size);
    var draw = new Draw<>(new GradientGuidance<>(DATA, OBSERVED, 1.0), new PhiloxNoise(8, 0));
    float[] sample =
        stage
            .sample(List.of(draw), new SamplingSettings(sampler, 500, 1), SamplingListener.NONE)
            .get(0);
    double mean = 0;
    for (float value : sample) {
      mean += value / (double) size;
    }
    double variance = 0;
    for (float value : sample) {
      variance += (value - mean) * (value - mean) / size;
    }
    // Five standard errors, and the error of the steps.
    GaussianData exact = posterior(1);
    double deviation = exact.deviation();
    assertThat(mean).isCloseTo(exact.mean(), within(5 * deviation / Math.sqrt(size) + 0.005));
    assertThat(variance)
        .isCloseTo(
            deviation * deviation,
            within(5 * deviation * deviation * Math.sqrt(2.0 / size) + 0.005));
  }

  @Test
  void aShiftedMeanLeavesTheAnswerAndCarriesTheGradient() {
    var network = new GaussianDenoiser(SCHEDULE, Parameterization.EPS);
    var guided = GradientGuidedDenoiser.byStep(network, GuidedGaussianTest::judge);
    Query<GradientGuidance<GaussianData, Double>> query = query(500, 3);
    Prediction answer = guided.predict(List.of(query)).get(0);
    float[] gradient = judge(List.of(new Query<>(query.xt(), 500, OBSERVED))).get(0);
    assertThat(answer.output())
        .isEqualTo(network.predict(List.of(new Query<>(query.xt(), 500, DATA))).get(0).output());
    for (int i = 0; i < gradient.length; i++) {
      assertThat(answer.gradient()[i]).isEqualTo((float) (3.0 * gradient[i]));
    }
  }

  @Test
  void scaleZeroAsksTheJudgeNothing() {
    var guided =
        GradientGuidedDenoiser.<GaussianData, Double>byStep(
            new GaussianDenoiser(SCHEDULE, Parameterization.EPS),
            queries -> {
              assertThat(queries).hasSize(1);
              return judge(queries);
            });
    List<Prediction> answers = guided.predict(List.of(query(5, 0), query(500, 2), query(7, 0)));
    assertThat(answers).extracting(Prediction::hasGradient).containsExactly(false, true, false);
  }

  @Test
  void aGradientOfAnotherSizeIsRefused() {
    var guided =
        GradientGuidedDenoiser.<GaussianData, Double>byStep(
            new GaussianDenoiser(SCHEDULE, Parameterization.EPS), queries -> List.of(new float[3]));
    assertThatThrownBy(() -> guided.predict(List.of(query(5, 1))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("gradient: 3 values (expected: 64)");
  }

  /** Scores of equal variances lie on a line, and so do the means. */
  @ParameterizedTest
  @EnumSource
  void classifierFreeGuidanceMovesTheMeanAlongTheLine(Parameterization parameterization) {
    var network = new GaussianDenoiser(SCHEDULE, parameterization);
    var guidance = new Guidance<>(new GaussianData(0.5, 0.4), new GaussianData(-0.1, 0.4), 2.5);
    for (int t : new int[] {0, 300, 900}) {
      float[] xt = new PhiloxNoise(2, t).gaussian("x", 0, 64);
      float[] output =
          new GuidedDenoiser<>(network)
              .predict(List.of(new Query<>(xt, t, guidance)))
              .get(0)
              .output();
      float[] exact =
          new GaussianData(-0.1 + 2.5 * 0.6, 0.4)
              .predict(xt, SCHEDULE.alphaBar(t), parameterization)
              .output();
      for (int i = 0; i < output.length; i++) {
        assertThat(output[i]).isCloseTo(exact[i], within(1e-5f));
      }
    }
  }

  @Nested
  class ByScore implements DenoiserContract<GradientGuidance<GaussianData, Double>> {
    @Override
    public Denoiser<GradientGuidance<GaussianData, Double>> denoiser() {
      return GradientGuidedDenoiser.byScore(
          new GaussianDenoiser(SCHEDULE, Parameterization.V), GuidedGaussianTest::judge, SCHEDULE);
    }

    @Override
    public List<Query<GradientGuidance<GaussianData, Double>>> queries() {
      return List.of(query(5, 0), query(500, 2), query(7, 1));
    }
  }

  @Nested
  class ByMean implements DenoiserContract<GradientGuidance<GaussianData, Double>> {
    @Override
    public Denoiser<GradientGuidance<GaussianData, Double>> denoiser() {
      return GradientGuidedDenoiser.byStep(
          new GaussianDenoiser(SCHEDULE, Parameterization.V), GuidedGaussianTest::judge);
    }

    @Override
    public List<Query<GradientGuidance<GaussianData, Double>>> queries() {
      return List.of(query(5, 0), query(500, 2), query(7, 1));
    }
  }
}
