package io.diffusion4j.diffusion.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.loss.BitsPerDimension.Bound;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Schedules;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/** Compares every loss with guided-diffusion's values in float32. */
class GoldenLossTest {
  private static final double TOLERANCE = 1e-5;

  /** The float32 error of a small divergence, in which terms of order 1 cancel. */
  private static final double CANCELLED = 1e-7;

  /**
   * The largest float32 error of a pixel's probability. The reference computes it as a difference
   * of two numbers that may be close to 1: two errors of 2⁻²⁴ each, and the same again for the
   * arguments.
   */
  private static final double PROBABILITY_ERROR = 0x1p-22;

  private static final Thresholding CLIP = Thresholding.clip(1);

  @GoldenTest(GoldenKind.LOSS)
  void aLossIsThatOfTheReference(GoldenCase reference) {
    GoldenTensors golden = reference.io();
    var about = reference.json();
    var schedule =
        Schedules.standard()
            .named(about.get("schedule").asText())
            .apply(about.get("steps").asInt());
    var process =
        new ReverseProcess(
            schedule,
            meanType(about.get("mean").asText()),
            VarianceType.valueOf(about.get("variance").asText()));
    var type = LossType.valueOf(about.get("loss").asText());
    var loss = new TrainingLoss(process, type, Weighting.SIMPLE);
    assertThat(golden.size("in.t", 0)).isPositive();
    for (int row = 0; row < golden.size("in.t", 0); row++) {
      int t = (int) golden.values("in.t")[row];
      float[] x0 = golden.row("in.x0", row);
      float[] eps = golden.row("in.noise", row);
      float[] xt = golden.row("x_t", row);
      Prediction prediction = prediction(golden.row("model_out", row), x0.length);
      ReverseStep step = process.step(t);
      assertClose(step.noised(x0, eps), golden, "x_t", row);
      var estimate = step.estimate(xt, prediction, CLIP);
      assertClose(estimate.mean(), golden, "p.mean", row);
      assertClose(estimate.logVariance(), golden, "p.log_variance", row);
      assertClose(estimate.x0(), golden, "p.pred_xstart", row);

      TrainingLoss.Terms terms = loss.of(x0, eps, xt, t, prediction);
      double[] bound = {terms.bound() * (1 - TOLERANCE), terms.bound() * (1 + TOLERANCE)};
      if (step.isLast()) {
        bound = roundedLikelihood(x0, step.estimate(xt, prediction, Thresholding.NONE));
      }
      assertThat(terms.bound()).isBetween(bound[0], bound[1]);
      // The factor of the bound in the loss, which also widens its range.
      double share = (terms.loss() - (type.isSquareError() ? terms.mse() : 0)) / terms.bound();
      assertWithin(
          golden.values("out.loss")[row],
          terms.loss() + share * (bound[0] - terms.bound()),
          terms.loss() + share * (bound[1] - terms.bound()),
          CANCELLED * Math.max(1, share));
      if (golden.has("out.mse")) {
        assertWithin(golden.values("out.mse")[row], terms.mse(), terms.mse(), 0);
      }
      if (golden.has("out.vb")) {
        double part = type.boundWeight(process.steps());
        assertWithin(
            golden.values("out.vb")[row], part * bound[0], part * bound[1], part * CANCELLED);
      }
    }
  }

  /** The smallest and the largest L₀ that rounding of the probabilities can give. */
  private static double[] roundedLikelihood(float[] x0, ReverseStep.Estimate estimate) {
    return new double[] {
      negativeLog(x0, estimate, p -> p + PROBABILITY_ERROR),
      negativeLog(x0, estimate, p -> p - PROBABILITY_ERROR)
    };
  }

  private static double negativeLog(
      float[] x0, ReverseStep.Estimate estimate, DoubleUnaryOperator rounding) {
    double nats = 0;
    for (int i = 0; i < x0.length; i++) {
      double p = PixelLikelihood.probability(x0[i], estimate.mean()[i], estimate.logVariance()[i]);
      nats -= Math.log(Math.max(rounding.applyAsDouble(p), PixelLikelihood.FLOOR));
    }
    return BitsPerDimension.ofNats(nats, x0.length);
  }

  private static void assertWithin(double actual, double low, double high, double absolute) {
    double slack = TOLERANCE * Math.abs(actual) + absolute;
    assertThat(actual).isBetween(low - slack, high + slack);
  }

  private static MeanType meanType(String name) {
    return switch (name) {
      case "EPSILON" -> MeanType.EPS;
      case "START_X" -> MeanType.X0;
      case "PREVIOUS_X" -> MeanType.PREVIOUS_X;
      default -> throw new IllegalArgumentException("mean: " + name);
    };
  }

  private static Prediction prediction(float[] output, int size) {
    return output.length == size
        ? Prediction.of(output)
        : new Prediction(
            Arrays.copyOf(output, size), Arrays.copyOfRange(output, size, output.length));
  }

  private static void assertClose(float[] actual, GoldenTensors golden, String key, int row) {
    assertClose(
        IntStream.range(0, actual.length).mapToDouble(i -> actual[i]).toArray(), golden, key, row);
  }

  private static void assertClose(double[] actual, GoldenTensors golden, String key, int row) {
    float[] expected = golden.row(key, row);
    double largest = golden.largest(key);
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i]).as(key).isCloseTo(expected[i], within(TOLERANCE * largest));
    }
  }

  /**
   * Twenty linear β of the reference end at 1. So nothing of x₀ is left at the topmost timestep,
   * and a prediction of the noise has no meaning there: the reference's terms are NaN, and ours are
   * refused. All other timesteps are compared.
   */
  @GoldenTest(GoldenKind.BOUND)
  void theBoundOverAllTimestepsIsThatOfTheReference(GoldenCase reference) {
    GoldenTensors golden = reference.io();
    var about = reference.json();
    int steps = about.get("steps").asInt();
    NoiseSchedule schedule = linear(about);
    var variance = VarianceType.valueOf(about.get("variance").asText());
    var all = new ReverseProcess(schedule, MeanType.EPS, variance);
    int first = schedule.alphaBar(steps - 1) == 0 ? 1 : 0; // the first of the terms to compare
    if (first == 1) {
      assertThatThrownBy(() -> all.step(steps - 1)).hasMessageContaining("alphaBar: 0.0");
    }
    var timesteps =
        new Timesteps(IntStream.range(first, steps).mapToObj(i -> steps - 1 - i).toList());
    var process = new ReverseProcess(schedule, timesteps, MeanType.EPS, variance);
    var network = new Recorded(golden.size("in.x0", 3), variance);
    var bits = new BitsPerDimension<>(network, process, CLIP);
    for (int row = 0; row < golden.size("in.x0", 0); row++) {
      int image = row;
      float[] x0 = golden.row("in.x0", row);
      Bound bound =
          bits.of(
              x0,
              0,
              (stage, step, size) ->
                  golden.row(String.format(Locale.ROOT, "noise.%02d", step + first), image),
              done -> {});
      float[] terms = golden.row("out.vb", row);
      float[] x0Errors = golden.row("out.xstart_mse", row);
      float[] epsErrors = golden.row("out.mse", row);
      double sum = 0;
      for (int i = first; i < steps; i++) {
        // The last is L₀, in which the reference rounds probabilities to float32.
        double rounding = i == steps - 1 ? 1e-4 : CANCELLED;
        assertThat(bound.terms()[i - first])
            .as("L at t = %d", steps - 1 - i)
            .isCloseTo(terms[i], within(TOLERANCE * terms[i] + rounding));
        assertThat(bound.x0Errors()[i - first])
            .isCloseTo(x0Errors[i], within(TOLERANCE * x0Errors[i]));
        // The reference computes ε̂ from x̂₀, which √ᾱ divides.
        assertThat(bound.epsErrors()[i - first])
            .isCloseTo(epsErrors[i], within(1e-4 * epsErrors[i] + CANCELLED));
        sum += terms[i];
      }
      assertThat(bound.total() - bound.prior()).isCloseTo(sum, within(1e-4));
      double prior = golden.row("out.prior_bpd", row)[0];
      double total = golden.row("out.total_bpd", row)[0];
      if (first == 1) {
        assertThat(terms[0]).isNaN();
        assertThat(all.prior(x0)).isZero();
        assertThat(prior).isZero();
        assertThat(total).isNaN();
      } else {
        assertThat(all.prior(x0)).isCloseTo(prior, within(TOLERANCE * prior + CANCELLED));
        assertThat(bound.total()).isCloseTo(total, within(1e-4));
      }
    }
  }

  /** The linear schedule, which ends at exactly β = 1 for twenty steps. */
  private static NoiseSchedule linear(JsonNode about) {
    assertThat(about.get("schedule").asText()).isEqualTo("linear");
    int steps = about.get("steps").asInt();
    double scale = 1000.0 / steps;
    double[] alphaBars = new double[steps];
    double product = 1;
    for (int t = 0; t < steps; t++) {
      double beta =
          t == steps - 1 ? scale * 0.02 : scale * (1e-4 + (0.02 - 1e-4) * t / (steps - 1));
      product *= 1 - beta;
      alphaBars[t] = product;
    }
    return new NoiseSchedule() {
      @Override
      public int steps() {
        return steps;
      }

      @Override
      public double alphaBar(int t) {
        return t == CLEAN ? 1 : alphaBars[t];
      }
    };
  }

  /**
   * The network of the recording: ε = 0.6·x + 0.2·sin(3·mirror(x) + t/250), v = tanh(x + t/500).
   */
  private record Recorded(int width, VarianceType variance) implements Denoiser<Integer> {
    @Override
    public Parameterization parameterization() {
      return Parameterization.EPS;
    }

    @Override
    public List<Prediction> predict(List<Query<Integer>> queries) {
      return queries.stream().map(query -> answer(query.xt(), query.t())).toList();
    }

    private Prediction answer(float[] x, double t) {
      float[] eps = new float[x.length];
      float[] v = new float[x.length];
      for (int i = 0; i < x.length; i++) {
        float mirrored = x[i - i % width + width - 1 - i % width];
        eps[i] = (float) (0.6 * x[i] + 0.2 * Math.sin(3 * mirrored + t / 250));
        v[i] = (float) Math.tanh(x[i] + t / 500);
      }
      return variance.isLearned() ? new Prediction(eps, v) : Prediction.of(eps);
    }
  }
}
