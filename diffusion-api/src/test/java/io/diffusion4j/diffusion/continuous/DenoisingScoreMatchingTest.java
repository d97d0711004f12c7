package io.diffusion4j.diffusion.continuous;

import static java.lang.Math.sqrt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.diffusion4j.diffusion.schedule.NoiseLevel;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DenoisingScoreMatchingTest {
  private static final int COUNT = 20_000;
  private static final Gaussian DATA = new Gaussian(0.7, 0.3);

  /** Samples and their noise at a level. */
  private record Noised(DenoisingScoreMatching matching, double[] x0, double[] eps, double[] xt) {
    static Noised draw(double alphaBar, long seed) {
      var random = new SplittableRandom(seed);
      var level = new NoiseLevel(alphaBar);
      double[] x0 = new double[COUNT];
      double[] eps = new double[COUNT];
      double[] xt = new double[COUNT];
      for (int i = 0; i < COUNT; i++) {
        x0[i] = DATA.mean() + sqrt(DATA.variance()) * random.nextGaussian();
        eps[i] = random.nextGaussian();
        xt[i] = level.xt(x0[i], eps[i]);
      }
      return new Noised(new DenoisingScoreMatching(level), x0, eps, xt);
    }

    /** The true distribution of the noisy data. */
    Gaussian noisy() {
      double alphaBar = matching.level().alphaBar();
      return new Gaussian(sqrt(alphaBar) * DATA.mean(), alphaBar * DATA.variance() + 1 - alphaBar);
    }

    /** The scores of a model s(x) = slope·x + intercept. */
    double[] scores(double slope, double intercept) {
      double[] scores = new double[COUNT];
      for (int i = 0; i < COUNT; i++) {
        scores[i] = slope * xt[i] + intercept;
      }
      return scores;
    }
  }

  /** Regression to targets that are made of noise alone finds the score of the noisy data. */
  @ParameterizedTest
  @CsvSource({"0.1, 1", "0.1, 2", "0.5, 3", "0.5, 4", "0.9, 5", "0.9, 6"})
  void theBestLinearModelIsTheScoreOfTheNoisyData(double alphaBar, long seed) {
    Noised noised = Noised.draw(alphaBar, seed);
    NoiseLevel level = noised.matching().level();
    double meanX = 0;
    double meanTarget = 0;
    for (int i = 0; i < COUNT; i++) {
      meanX += noised.xt()[i] / COUNT;
      meanTarget += level.score(noised.eps()[i]) / COUNT;
    }
    double covariance = 0;
    double variance = 0;
    for (int i = 0; i < COUNT; i++) {
      double x = noised.xt()[i] - meanX;
      covariance += x * (level.score(noised.eps()[i]) - meanTarget) / COUNT;
      variance += x * x / COUNT;
    }
    double slope = covariance / variance;
    double intercept = meanTarget - slope * meanX;
    Gaussian noisy = noised.noisy();
    // The targets' variance around the regression is at most 1/(1−ᾱ); that of the slope is this
    // over n·var x.
    double error = 4 / sqrt((1 - alphaBar) * COUNT * noisy.variance());
    assertThat(slope).isCloseTo(-1 / noisy.variance(), within(error));
    assertThat(intercept).isCloseTo(noisy.mean() / noisy.variance(), within(2 * error));
    // And no other model has a smaller loss.
    double best = noised.matching().loss(noised.scores(slope, intercept), noised.eps());
    for (double change : new double[] {-0.1, 0.1}) {
      assertThat(noised.matching().loss(noised.scores(slope + change, intercept), noised.eps()))
          .isGreaterThan(best);
      assertThat(noised.matching().loss(noised.scores(slope, intercept + change), noised.eps()))
          .isGreaterThan(best);
    }
  }

  /** Both losses differ by the same amount between two models, within the error of the mean. */
  @ParameterizedTest
  @CsvSource({"0.1, 1", "0.5, 2", "0.9, 3", "0.9, 4"})
  void theLossIsThatOfExplicitScoreMatchingAndAConstant(double alphaBar, long seed) {
    Noised noised = Noised.draw(alphaBar, seed);
    Gaussian noisy = noised.noisy();
    double[] one = noised.scores(-0.4, 0.2);
    double[] other = noised.scores(-1.3, -0.5);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < COUNT; i++) {
      double[] eps = {noised.eps()[i]};
      double denoising =
          noised.matching().loss(new double[] {one[i]}, eps)
              - noised.matching().loss(new double[] {other[i]}, eps);
      double truth = noisy.score(noised.xt()[i]);
      double explicit =
          0.5 * ((one[i] - truth) * (one[i] - truth) - (other[i] - truth) * (other[i] - truth));
      double difference = denoising - explicit;
      sum += difference / COUNT;
      squares += difference * difference / COUNT;
    }
    assertThat(squares).isGreaterThan(0.01); // single samples do differ
    assertThat(sum).isCloseTo(0, within(4 * sqrt(squares / COUNT)));
  }

  @ParameterizedTest
  @CsvSource({"0.1, 1", "0.5, 2", "0.9, 3"})
  void theLossIsTheErrorOfADenoisingAutoencoderAndOfDdpm(double alphaBar, long seed) {
    Noised noised = Noised.draw(alphaBar, seed);
    DenoisingScoreMatching matching = noised.matching();
    double[] score = noised.scores(-0.8, 0.3);
    double loss = matching.loss(score, noised.eps());
    double[] reconstruction = matching.reconstruction(noised.xt(), score);
    assertThat(squareError(reconstruction, noised.x0()))
        .isCloseTo(loss * matching.reconstructionErrorPerLoss(), withinPercentage(1e-9));
    double[] eps = new double[COUNT];
    for (int i = 0; i < COUNT; i++) {
      eps[i] = -matching.level().noise() * score[i];
    }
    assertThat(squareError(eps, noised.eps()))
        .isCloseTo(loss * matching.epsErrorPerLoss(), withinPercentage(1e-9));
    double[] back = matching.score(noised.xt(), reconstruction);
    for (int i = 0; i < COUNT; i++) {
      assertThat(back[i]).isCloseTo(score[i], within(1e-12));
    }
  }

  /** Tweedie's formula: the autoencoder of the true score predicts E[x₀ | x_t]. */
  @ParameterizedTest
  @CsvSource({"0.1", "0.5", "0.9"})
  void theTrueScoreReconstructsTheMeanOfWhatTheSampleMayHaveBeen(double alphaBar) {
    Noised noised = Noised.draw(alphaBar, 1);
    Gaussian noisy = noised.noisy();
    double gain = sqrt(alphaBar) * DATA.variance() / noisy.variance();
    for (double x : new double[] {-2, 0, 1.5}) {
      double[] score = {noisy.score(x)};
      assertThat(noised.matching().reconstruction(new double[] {x}, score)[0])
          .isCloseTo(DATA.mean() + gain * (x - noisy.mean()), within(1e-13));
    }
  }

  private static double squareError(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return sum;
  }

  @Test
  void badInputGetsOneClearError() {
    assertThatThrownBy(() -> new DenoisingScoreMatching(new NoiseLevel(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("alphaBar: 1.0 (expected: in (0, 1))");
    var matching = new DenoisingScoreMatching(new NoiseLevel(0.5));
    assertThatThrownBy(() -> matching.loss(new double[2], new double[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("score: 2 values (expected: 3)");
    assertThatThrownBy(() -> matching.score(new double[3], new double[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("reconstruction: 2 values (expected: 3)");
  }
}
