package io.diffusion4j.diffusion.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LossLawsTest {
  private static final NoiseSchedule COSINE = new CosineSchedule(100);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aDivergenceIsPositiveAndZeroOnlyBetweenEquals(long seed) {
    var random = new SplittableRandom(seed);
    for (int i = 0; i < 1000; i++) {
      double mean = 3 * random.nextGaussian();
      double logVariance = 10 * random.nextGaussian();
      double shift = Math.pow(10, random.nextDouble(-6, 1));
      assertThat(GaussianDivergence.nats(mean, logVariance, mean, logVariance)).isZero();
      assertThat(GaussianDivergence.nats(mean, logVariance, mean + shift, logVariance))
          .isPositive();
      assertThat(GaussianDivergence.nats(mean, logVariance, mean, logVariance + shift))
          .isPositive();
      assertThat(GaussianDivergence.nats(mean, logVariance, mean, logVariance - shift))
          .isPositive();
    }
  }

  /** KL(p ‖ q) = E_p[ln p − ln q], by the midpoint rule. */
  @ParameterizedTest
  @CsvSource({"0, 0, 1, 0", "0.3, -1, -0.2, 0.5", "1, 1, 0, -0.5"})
  void aDivergenceIsTheIntegralItStandsFor(
      double mean1, double logVariance1, double mean2, double logVariance2) {
    double sigma = Math.exp(logVariance1 / 2);
    double width = 1e-3 * sigma;
    double integral = 0;
    for (int i = -10_000; i < 10_000; i++) {
      double x = mean1 + (i + 0.5) * width;
      double logP = logDensity(x, mean1, logVariance1);
      integral += width * Math.exp(logP) * (logP - logDensity(x, mean2, logVariance2));
    }
    assertThat(GaussianDivergence.nats(mean1, logVariance1, mean2, logVariance2))
        .isCloseTo(integral, within(1e-9));
  }

  private static double logDensity(double x, double mean, double logVariance) {
    double d = x - mean;
    return -0.5 * (Math.log(2 * Math.PI) + logVariance + d * d / Math.exp(logVariance));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0.7, -4", "-1, -10", "1.5, -2", "-3, 1", "0.1, -14"})
  void theLevelsOfAPixelShareAProbabilityOfOne(double mean, double logVariance) {
    double sum = 0;
    for (int level = 0; level < 256; level++) {
      double p = PixelLikelihood.probability(level / 127.5 - 1, mean, logVariance);
      assertThat(p).isBetween(0.0, 1.0);
      sum += p;
    }
    assertThat(sum).isCloseTo(1, within(1e-12));
  }

  /** The distribution function is an approximation with an error of 0.0005. */
  @Test
  void aPixelIsAsLikelyAsTheDensityOverItsBin() {
    double sigma = 0.1;
    for (double x : new double[] {-0.2, 1 / 127.5, 0.1, 0.25}) {
      double level = Math.rint((x + 1) * 127.5) / 127.5 - 1;
      double density = Math.exp(logDensity(level, 0, 2 * Math.log(sigma)));
      assertThat(PixelLikelihood.probability(level, 0, 2 * Math.log(sigma)))
          .isCloseTo(density * 2 / 255, within(0.02 * density * 2 / 255 + 1e-5));
    }
  }

  @Test
  void anImpossiblePixelHasTheFloorOfTheReference() {
    assertThat(PixelLikelihood.logProbability(1, -1, -20)).isEqualTo(Math.log(1e-12));
  }

  /** With a perfect prediction p is the posterior, except for its variance. */
  @ParameterizedTest
  @EnumSource
  void aPerfectAnswerCostsNothing(MeanType meanType) {
    var process = new ReverseProcess(COSINE, meanType, VarianceType.FIXED_SMALL);
    for (var loss : LossType.values()) {
      var terms = perfect(new TrainingLoss(process, loss, Weighting.SIMPLE), 40);
      assertThat(terms.loss()).isCloseTo(0, within(1e-6));
      assertThat(terms.mse()).isCloseTo(0, within(1e-12));
    }
    var large = new ReverseProcess(COSINE, meanType, VarianceType.FIXED_LARGE);
    assertThat(perfect(new TrainingLoss(large, LossType.KL, Weighting.SIMPLE), 40).bound())
        .isGreaterThan(1e-4);
  }

  private static TrainingLoss.Terms perfect(TrainingLoss loss, int t) {
    float[] x0 = levels(64, 5);
    float[] eps = new PhiloxNoise(1, 0).gaussian("test", 0, 64);
    var step = loss.process().step(t);
    float[] xt = step.noised(x0, eps);
    float[] output = new float[64];
    for (int i = 0; i < 64; i++) {
      output[i] = (float) step.target(x0[i], xt[i], eps[i]);
    }
    return loss.of(x0, eps, xt, t, Prediction.of(output));
  }

  private static float[] levels(int size, long seed) {
    var random = new SplittableRandom(seed);
    float[] x0 = new float[size];
    for (int i = 0; i < size; i++) {
      x0[i] = (float) (random.nextInt(256) / 127.5 - 1);
    }
    return x0;
  }

  /** A prediction and its x̂₀, in any parameterization, are the same Gaussian. */
  @ParameterizedTest
  @EnumSource
  void theBoundDoesNotDependOnHowTheAnswerIsPut(MeanType meanType) {
    float[] x0 = levels(48, 9);
    float[] eps = new PhiloxNoise(2, 0).gaussian("test", 0, 48);
    float[] guess = levels(48, 10);
    float[] v = levels(48, 11);
    for (int t : new int[] {0, 1, 50, 90}) {
      var asX0 = new ReverseProcess(COSINE, MeanType.X0, VarianceType.LEARNED_RANGE).step(t);
      float[] xt = asX0.noised(x0, eps);
      double expected =
          asX0.bound(x0, xt, asX0.estimate(xt, new Prediction(guess, v), Thresholding.NONE));
      var step = new ReverseProcess(COSINE, meanType, VarianceType.LEARNED_RANGE).step(t);
      float[] output = new float[48];
      for (int i = 0; i < 48; i++) {
        double from = step.conversion().x0FromX() * xt[i];
        output[i] = (float) ((guess[i] - from) / step.conversion().x0FromOutput());
      }
      assertThat(
              step.bound(x0, xt, step.estimate(xt, new Prediction(output, v), Thresholding.NONE)))
          .as("t = %d", t)
          .isCloseTo(expected, within(1e-4 * expected));
    }
  }

  /** The learned variance ranges exactly from one fixed choice to the other. */
  @Test
  void theLearnedRangeEndsAtTheFixedVariances() {
    float[] x = levels(4, 1);
    for (int t : new int[] {1, 60, 99}) {
      assertThat(logVariance(VarianceType.LEARNED_RANGE, t, x, -1))
          .isEqualTo(logVariance(VarianceType.FIXED_SMALL, t, x, 0));
      assertThat(logVariance(VarianceType.LEARNED_RANGE, t, x, 1))
          .isEqualTo(logVariance(VarianceType.FIXED_LARGE, t, x, 0));
      assertThat(logVariance(VarianceType.LEARNED, t, x, -3)).isEqualTo(-3);
    }
  }

  private static double logVariance(VarianceType type, int t, float[] x, float v) {
    float[] variance = new float[x.length];
    Arrays.fill(variance, v);
    var step = new ReverseProcess(COSINE, MeanType.X0, type).step(t);
    return step.estimate(x, new Prediction(x, variance), Thresholding.NONE).logVariance()[0];
  }

  @Test
  void weightsAreOneErrorWhateverTheNetworkPredicts() {
    for (int t : new int[] {0, 10, 50, 98}) {
      double snr = COSINE.alphaBar(t) / (1 - COSINE.alphaBar(t));
      for (MeanType meanType : MeanType.values()) {
        var step = new ReverseProcess(COSINE, meanType, VarianceType.FIXED_SMALL).step(t);
        // The error of x₀ for a unit error of the prediction.
        double slope = Math.abs(step.conversion().x0FromOutput());
        double minSnr = Weighting.minSnr(5).weight(step.snr(), slope) / (slope * slope);
        assertThat(minSnr).isCloseTo(Math.min(snr, 5), within(1e-9 * minSnr));
        double plusOne = Weighting.minSnrPlusOne(5).weight(step.snr(), slope) / (slope * slope);
        assertThat(plusOne).isCloseTo(Math.min(snr + 1, 5), within(1e-9 * plusOne));
        double orEps =
            Weighting.minSnrPlusOneOrEps(5, 10).weight(step.snr(), slope) / (slope * slope);
        assertThat(orEps).isCloseTo(snr < 50 ? plusOne : snr / 10, within(1e-9 * orEps));
        double p2 = Weighting.p2(1, 0.5).weight(step.snr(), slope) / (slope * slope * snr);
        assertThat(p2).isCloseTo(1 / Math.sqrt(1 + snr), within(1e-9 * p2));
        assertThat(Weighting.SIMPLE.weight(step.snr(), slope)).isEqualTo(1);
      }
      var eps = new ReverseProcess(COSINE, MeanType.EPS, VarianceType.FIXED_SMALL).step(t);
      double slope = eps.conversion().x0FromOutput();
      assertThat(Weighting.p2(1, 0).weight(eps.snr(), slope)).isCloseTo(1, within(1e-9));
      assertThat(Weighting.minSnr(5).weight(eps.snr(), slope))
          .isCloseTo(Math.min(1, 5 / snr), within(1e-9));
      var v = new ReverseProcess(COSINE, MeanType.V, VarianceType.FIXED_SMALL).step(t);
      assertThat(Weighting.minSnrPlusOne(5).weight(v.snr(), v.conversion().x0FromOutput()))
          .isCloseTo(Math.min(1, 5 / (1 + snr)), within(1e-9));
    }
  }

  @Test
  void theTopmostTimestepCostsLittleUnderASchedulePastRecognition() {
    float[] x0 = levels(100, 3);
    var process = new ReverseProcess(COSINE, MeanType.X0, VarianceType.FIXED_SMALL);
    var halfway =
        new ReverseProcess(
            COSINE, new Timesteps(List.of(50, 20, 0)), MeanType.X0, VarianceType.FIXED_SMALL);
    assertThat(process.prior(x0)).isBetween(0.0, 1e-6);
    assertThat(halfway.prior(x0)).isGreaterThan(1e-2);
  }

  @Test
  void whatCannotBeIsNamed() {
    var learned = new ReverseProcess(COSINE, MeanType.X0, VarianceType.LEARNED_RANGE);
    assertThatThrownBy(
            () ->
                learned
                    .step(3)
                    .estimate(new float[4], Prediction.of(new float[4]), Thresholding.NONE))
        .hasMessage("variance: none (expected: in the network's output, for LEARNED_RANGE)");
    assertThatThrownBy(() -> learned.step(100))
        .hasMessage("t: 100 (expected: one of the 100 timesteps)");
    assertThatThrownBy(
            () ->
                new ReverseProcess(
                    COSINE, new Timesteps(List.of(100, 2)), MeanType.X0, VarianceType.FIXED_SMALL))
        .hasMessage("timesteps: 2 from 100 (expected: below 100)");
    assertThatThrownBy(() -> Weighting.minSnr(0)).hasMessage("gamma: 0.0 (expected: > 0)");
    assertThatThrownBy(() -> Weighting.minSnrPlusOne(1)).hasMessage("gamma: 1.0 (expected: > 1)");
    assertThatThrownBy(() -> Weighting.minSnrPlusOneOrEps(5, 0))
        .hasMessage("k: 0.0 (expected: > 0)");
    assertThatThrownBy(() -> Weighting.p2(Double.NaN, 1)).hasMessage("k: NaN (expected: > 0)");
    assertThatThrownBy(() -> Weighting.p2(1, -1)).hasMessage("gamma: -1.0 (expected: ≥ 0)");
  }
}
