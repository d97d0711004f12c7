package io.diffusion4j.diffusion.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.NonFinitePredictionException;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.solver.GaussianData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Gaussian pixels, rounded to 8 bits, have a likelihood in closed form. So do the perfect network
 * and the variance of its reverse process. The difference between the bound and the likelihood is
 * the loss by the chain of Gaussians.
 */
class GaussianBoundTest {
  private static final int SIZE = 4096;
  private static final double MEAN = 0.1;
  private static final double DEVIATION = 0.3;
  private static final GaussianData DATA = new GaussianData(MEAN, DEVIATION);

  /** A sample of the data in 8 bits. */
  private static float[] sample(int image) {
    float[] x0 = new PhiloxNoise(77, image).gaussian("data", 0, SIZE);
    for (int i = 0; i < SIZE; i++) {
      double level = Math.rint((MEAN + DEVIATION * x0[i] + 1) * 127.5);
      x0[i] = (float) (Math.max(0, Math.min(255, level)) / 127.5 - 1);
    }
    return x0;
  }

  /** The bits of the sample under the distribution that it was drawn from. */
  private static double truth(float[] x0) {
    double nats = 0;
    for (float x : x0) {
      nats -= PixelLikelihood.logProbability(x, MEAN, 2 * Math.log(DEVIATION));
    }
    return BitsPerDimension.ofNats(nats, SIZE);
  }

  /** The posterior mean of x₀, and the variance between β̃ and β that p(x_s | x_t) then has. */
  private record Perfect(ReverseProcess process) implements Denoiser<String> {
    @Override
    public Parameterization parameterization() {
      return Parameterization.X0;
    }

    @Override
    public List<Prediction> predict(List<Query<String>> queries) {
      List<Prediction> answers = new ArrayList<>();
      for (var query : queries) {
        var step = process.step((int) query.t());
        float[] x0 = DATA.predict(query.xt(), step.alphaBar(), Parameterization.X0).output();
        double spread = DEVIATION * DEVIATION;
        double ofX0 =
            spread * (1 - step.alphaBar()) / (step.alphaBar() * spread + 1 - step.alphaBar());
        double variance =
            step.posterior().variance() + step.posterior().x0() * step.posterior().x0() * ofX0;
        double f =
            (Math.log(variance) - step.smallLogVariance())
                / (step.largeLogVariance() - step.smallLogVariance());
        float[] v = new float[x0.length];
        Arrays.fill(v, (float) (2 * f - 1));
        answers.add(new Prediction(x0, v));
      }
      return answers;
    }
  }

  private static double total(int steps, VarianceType variance, int image) {
    NoiseSchedule schedule = new CosineSchedule(steps);
    var process = new ReverseProcess(schedule, MeanType.X0, variance);
    return new BitsPerDimension<>(new Perfect(process), process, Thresholding.NONE)
        .of(sample(image), "", new PhiloxNoise(5, image), done -> {})
        .total();
  }

  /** The difference between bound and truth, over some samples. Their own randomness cancels. */
  private record Excess(double mean, double standardError) {
    static Excess of(int steps, VarianceType variance, int images) {
      double[] values =
          IntStream.range(0, images)
              .mapToDouble(image -> total(steps, variance, image) - truth(sample(image)))
              .toArray();
      double mean = Arrays.stream(values).average().orElseThrow();
      double squares = Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum();
      return new Excess(mean, Math.sqrt(squares / (images - 1) / images));
    }
  }

  /** The bound of a perfect model is tight, with any number of steps. */
  @ParameterizedTest
  @ValueSource(ints = {20, 100, 400})
  void aPerfectModelCostsWhatItsDataCosts(int steps) {
    double entropy = Math.log(DEVIATION * Math.sqrt(2 * Math.PI * Math.E) * 127.5) / Math.log(2);
    assertThat(truth(sample(0))).isCloseTo(entropy, within(0.05));
    var excess = Excess.of(steps, VarianceType.LEARNED_RANGE, 12);
    assertThat(excess.standardError).isLessThan(0.02);
    assertThat(excess.mean).isCloseTo(0, within(4 * excess.standardError));
  }

  /** With a fixed variance it is not tight, and a finer schedule is closer. */
  @ParameterizedTest
  @EnumSource(names = {"FIXED_SMALL", "FIXED_LARGE"})
  void theBoundIsAboveTheTruthAndTightensWithTheSchedule(VarianceType variance) {
    var coarse = Excess.of(100, variance, 4);
    var fine = Excess.of(1000, variance, 4);
    assertThat(fine.mean).isGreaterThan(2 * fine.standardError);
    assertThat(coarse.mean).isGreaterThan(fine.mean);
  }

  @Test
  void theSameNoiseGivesTheSameBound() {
    double first = total(50, VarianceType.LEARNED_RANGE, 1);
    assertThat(total(50, VarianceType.LEARNED_RANGE, 1)).isEqualTo(first);
  }

  @Test
  void theTermsAreAllThereIs() {
    var process = new ReverseProcess(new CosineSchedule(50), MeanType.X0, VarianceType.FIXED_SMALL);
    List<Integer> progress = new ArrayList<>();
    var bound =
        new BitsPerDimension<>(new Perfect(process), process, Thresholding.NONE)
            .of(sample(0), "", new PhiloxNoise(5, 0), progress::add);
    assertThat(bound.prior() + 49 * bound.meanDivergence() + bound.decoder())
        .isCloseTo(bound.total(), within(1e-12));
    assertThat(progress).containsExactly(16, 32, 48, 50);
  }

  @Test
  void anAnswerThatIsNoNumberStopsTheEvaluation() {
    var process = new ReverseProcess(new CosineSchedule(50), MeanType.X0, VarianceType.FIXED_SMALL);
    Denoiser<String> broken =
        new Denoiser<>() {
          @Override
          public Parameterization parameterization() {
            return Parameterization.X0;
          }

          @Override
          public List<Prediction> predict(List<Query<String>> queries) {
            return queries.stream()
                .map(q -> Prediction.of(new float[] {q.t() == 30 ? Float.NaN : 0}))
                .toList();
          }
        };
    var bits = new BitsPerDimension<>(broken, process, Thresholding.clip(1));
    assertThatThrownBy(() -> bits.of(new float[1], "", new PhiloxNoise(5, 0), done -> {}))
        .isInstanceOf(NonFinitePredictionException.class)
        .hasMessageContaining("nll: NaN")
        .hasMessageContaining("t = 30");
  }
}
