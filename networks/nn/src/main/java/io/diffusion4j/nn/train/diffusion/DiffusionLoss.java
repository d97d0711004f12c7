package io.diffusion4j.nn.train.diffusion;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.loss.LossType;
import io.diffusion4j.diffusion.loss.PixelLikelihood;
import io.diffusion4j.diffusion.loss.TanhNormal;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Operation;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.train.Objective;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The loss of a denoiser over a batch of {@link NoisedBatch}. {@link
 * io.diffusion4j.diffusion.loss.TrainingLoss} is the same loss for one sample, and cites the
 * sources of the formulas.
 *
 * <p>Whatever the parameterization, the means of the true and the predicted posterior differ by k
 * times the error of the prediction, so one factor per row serves ε, x₀ and v.
 */
public final class DiffusionLoss {
  /** Input: the target of the network. */
  public static final String TARGET = "target";

  /** Input: the clean sample. */
  public static final String X0 = "x0";

  /**
   * Input {@code [8]}: weight of the squared error, k, smallest and largest log-variance, 1 where t
   * = 0, T, weight of the row, t.
   */
  public static final String ROW = "row";

  /** Metric: the mean squared error of the prediction. */
  public static final String MSE = "mse";

  private static final String BOUND = "vlb";

  static final int ROW_SIZE = 8;
  private static final double LN2 = Math.log(2);

  private final Nn nn;
  private final Tensor row;
  private final int rank;
  private final LossTerms terms;

  private DiffusionLoss(Nn nn, Tensor row, int rank, LossTerms terms) {
    this.nn = nn;
    this.row = row;
    this.rank = rank;
    this.terms = terms;
  }

  /**
   * Returns the weighted squared error and, where the variance is learned, the hybrid loss ({@link
   * LossType#RESCALED_MSE} with {@link VarianceType#LEARNED_RANGE}).
   *
   * @param outputs the network's: the prediction and, if there is a second, the variance
   */
  public static Objective.Loss of(Nn nn, Inputs inputs, List<Tensor> outputs) {
    return of(nn, inputs, outputs, LossTerms.SQUARE);
  }

  /**
   * Returns the same loss with another error of the prediction, and more metrics.
   *
   * @param outputs the network's: the prediction and, if there is a second, the variance
   */
  public static Objective.Loss of(Nn nn, Inputs inputs, List<Tensor> outputs, LossTerms terms) {
    var variance = outputs.size() == 1 ? VarianceType.FIXED_SMALL : VarianceType.LEARNED_RANGE;
    return of(nn, inputs, LossType.RESCALED_MSE, variance, outputs, terms);
  }

  /**
   * Returns a loss of any type.
   *
   * @param type the loss to minimise
   * @param variance the type of the variance
   * @param outputs the network's: the prediction and, if the variance is learned, the variance
   */
  public static Objective.Loss of(
      Nn nn, Inputs inputs, LossType type, VarianceType variance, List<Tensor> outputs) {
    return of(nn, inputs, type, variance, outputs, LossTerms.SQUARE);
  }

  private static Objective.Loss of(
      Nn nn,
      Inputs inputs,
      LossType type,
      VarianceType variance,
      List<Tensor> outputs,
      LossTerms terms) {
    boolean isWhole = outputs.size() == (variance.isLearned() ? 2 : 1);
    Check.that(isWhole, "outputs", outputs.size(), "as many as go with %s", variance);
    var prediction = outputs.get(0);
    long[] sample = prediction.sample().stream().mapToLong(Long::longValue).toArray();
    var target = inputs.floats(TARGET, sample);
    var x0 = inputs.floats(X0, sample);
    var row = inputs.floats(ROW, ROW_SIZE);
    return new DiffusionLoss(nn, row, prediction.rank(), terms)
        .of(type, variance, outputs, target, x0);
  }

  private Objective.Loss of(
      LossType type, VarianceType variance, List<Tensor> outputs, Tensor target, Tensor x0) {
    var prediction = outputs.get(0);
    var error = nn.subtract(target, prediction);
    var mse = perSample(square(error));
    Map<String, Tensor> metrics = new TreeMap<>();
    terms
        .metrics()
        .forEach(
            (name, metric) -> metrics.put(name, mean(name, metric.values(nn, prediction, target))));
    metrics.put(MSE, mse);
    var weighted =
        nn.multiply(
            terms.loss() == DenoisingLoss.SQUARE
                ? mse
                : mean("loss", terms.loss().errors(nn, prediction, target)),
            column(0));
    if (type.isSquareError() && !variance.isLearned()) {
      return loss(weighted, metrics);
    }
    var smallest = overSample(column(2));
    var largest = overSample(column(3));
    var first = column(4);
    // With a squared error, the bound trains the variance only.
    var difference =
        nn.multiply(type.isSquareError() ? nn.detached(error) : error, overSample(column(1)));
    var logVariance =
        switch (variance) {
          case FIXED_SMALL -> smallest;
          case FIXED_LARGE -> between(largest, smallest, overSample(first));
          case LEARNED -> outputs.get(1);
          case LEARNED_RANGE -> {
            var f = times(nn.add(outputs.get(1), nn.constant(1)), 0.5);
            yield between(smallest, largest, f);
          }
        };
    var kl = perSample(divergence(difference, smallest, logVariance));
    var nll = perSample(negativeLogLikelihood(x0, difference, logVariance));
    var bound = times(between(kl, nll, first), 1 / LN2);
    var part = nn.multiply(bound, boundWeight(type));
    metrics.put(BOUND, bound);
    return loss(type.isSquareError() ? nn.add(weighted, part) : part, metrics);
  }

  /** Returns the mean over each sample of what a caller has defined. */
  private Tensor mean(String name, Tensor values) {
    boolean isPerSample =
        values.role() == Tensor.Role.NUMBERS
            && values.rank() >= 1
            && values.size(0) == Tensor.BATCH;
    Check.that(
        isPerSample,
        name,
        values.role() + " " + values.shape(),
        "numbers whose first axis is the batch's, -1");
    return values.rank() == 1 ? values : perSample(values);
  }

  /** Returns the means over the batch, importance-weighted to correct for non-uniform timesteps. */
  private Objective.Loss loss(Tensor perRow, Map<String, Tensor> metrics) {
    var importance = column(6);
    Map<String, Tensor> means = new TreeMap<>();
    metrics.forEach((name, values) -> means.put(name, nn.mean(nn.multiply(values, importance), 0)));
    return new Objective.Loss(
        nn.mean(nn.multiply(perRow, importance), 0),
        means,
        Optional.of(nn.concat(1, List.of(nn.slice(row, 7, 1), nn.reshape(perRow, -1, 1)))));
  }

  /** Returns {@link LossType#boundWeight}, which is T times a constant or a constant. */
  private Tensor boundWeight(LossType type) {
    return switch (type) {
      case MSE, KL -> nn.constant(type.boundWeight(1));
      case RESCALED_MSE, RESCALED_KL -> times(column(5), type.boundWeight(1));
    };
  }

  /** Computes KL(N(μ, e^lv1) ‖ N(μ + d, e^lv2)) = ½(lv2 − lv1 − 1 + e^{lv1−lv2} + d²·e^{−lv2}). */
  private Tensor divergence(Tensor d, Tensor lv1, Tensor lv2) {
    var gap = nn.subtract(lv2, lv1);
    var square = nn.multiply(square(d), exp(negate(lv2)));
    var sum = nn.add(nn.subtract(gap, nn.constant(1)), nn.add(exp(negate(gap)), square));
    return times(sum, 0.5);
  }

  /** Computes −log of the probability that N(x − d, e^lv) gives to the 8-bit bin of x. */
  private Tensor negativeLogLikelihood(Tensor x, Tensor d, Tensor lv) {
    var inverse = exp(times(lv, -0.5));
    var half = nn.constant(PixelLikelihood.HALF_BIN);
    // Below the mean, or mirrored to there: small numbers keep their digits when subtracted.
    var below = negate(nn.map(Function.ABS, d));
    var inner =
        nn.subtract(
            cdf(nn.multiply(nn.add(below, half), inverse)),
            cdf(nn.multiply(nn.subtract(below, half), inverse)));
    var last = nn.constant(PixelLikelihood.LAST_LEVEL);
    var outwards = nn.select(nn.subtract(x, last), negate(d), d);
    var outer = cdf(nn.multiply(nn.add(outwards, half), inverse));
    var isOuter = nn.subtract(nn.map(Function.ABS, x), last);
    var probability = nn.select(isOuter, outer, inner);
    var floored = nn.combine(Operation.MAXIMUM, probability, nn.constant(PixelLikelihood.FLOOR));
    return negate(nn.map(Function.LOG, floored));
  }

  /** Returns {@link TanhNormal#cdf}. */
  private Tensor cdf(Tensor u) {
    var cube = nn.multiply(square(u), u);
    var inner = times(nn.add(u, times(cube, TanhNormal.CUBIC)), 2 * TanhNormal.ROOT_2_BY_PI);
    return nn.map(Function.SIGMOID, inner);
  }

  // Shorthands

  private Tensor column(int i) {
    return nn.reshape(nn.slice(row, i, 1), -1);
  }

  /** Returns a value of each sample in a shape that broadcasts over the sample. */
  private Tensor overSample(Tensor perRow) {
    long[] shape = new long[rank];
    Arrays.fill(shape, 1);
    shape[0] = Tensor.BATCH;
    return nn.reshape(perRow, shape);
  }

  private Tensor perSample(Tensor x) {
    return nn.mean(x, IntStream.range(1, x.rank()).toArray());
  }

  /** Computes a where f = 0, b where f = 1. */
  private Tensor between(Tensor a, Tensor b, Tensor f) {
    return nn.add(a, nn.multiply(f, nn.subtract(b, a)));
  }

  private Tensor square(Tensor x) {
    return nn.map(Function.SQUARE, x);
  }

  private Tensor exp(Tensor x) {
    return nn.map(Function.EXP, x);
  }

  private Tensor negate(Tensor x) {
    return nn.map(Function.NEGATE, x);
  }

  private Tensor times(Tensor x, double factor) {
    return nn.multiply(x, nn.constant(factor));
  }
}
