package io.diffusion4j.tf.train;

import io.diffusion4j.diffusion.loss.LossType;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.tf.Inputs;
import io.diffusion4j.tf.nn.Nn;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.types.TFloat32;

/**
 * The loss of a denoiser over a batch that {@link NoisedBatch} made, as a graph: what {@link
 * io.diffusion4j.diffusion.loss.TrainingLoss} computes in plain Java, which says where the formulas
 * are from.
 *
 * <p>Whatever the parameterization, the means of the true and the predicted posterior differ by k
 * times the error of the prediction, so one factor per row serves ε, x₀ and v.
 */
public final class DiffusionLoss {
  /** Input: what the network is to predict. */
  static final String TARGET = "target";

  /** Input: the clean sample. */
  static final String X0 = "x0";

  /**
   * Input {@code [8]}: weight of the square error, k, smallest and largest log-variance, 1 where t
   * = 0, T, weight of the row, t.
   */
  static final String ROW = "row";

  static final int ROW_SIZE = 8;
  private static final double LN2 = Math.log(2);

  private DiffusionLoss() {}

  /**
   * The weighted square error and, where the variance is learned, the hybrid loss ({@link
   * LossType#RESCALED_MSE} with {@link VarianceType#LEARNED_RANGE}).
   *
   * @param outputs the network's: the prediction and, if there is a second, the variance
   * @param sample the axes of a sample without the batch
   */
  public static Objective.Loss of(
      Nn nn, Inputs inputs, List<Operand<TFloat32>> outputs, long... sample) {
    var variance = outputs.size() == 1 ? VarianceType.FIXED_SMALL : VarianceType.LEARNED_RANGE;
    return of(nn, inputs, LossType.RESCALED_MSE, variance, outputs, sample);
  }

  /**
   * Any loss.
   *
   * @param type what is minimised
   * @param variance what the variance is
   * @param outputs the network's: the prediction and, if the variance is learned, what is said of
   *     it
   * @param sample the axes of a sample without the batch
   */
  public static Objective.Loss of(
      Nn nn,
      Inputs inputs,
      LossType type,
      VarianceType variance,
      List<Operand<TFloat32>> outputs,
      long... sample) {
    if (outputs.size() != (variance.isLearned() ? 2 : 1)) {
      throw new IllegalArgumentException(
          "outputs: " + outputs.size() + " (expected: as many as go with " + variance + ")");
    }
    var tf = nn.tf();
    var target = inputs.floats(TARGET, sample);
    var x0 = inputs.floats(X0, sample);
    var row = inputs.floats(ROW, ROW_SIZE);
    var error = tf.math.sub(target, outputs.get(0));
    var mse = perSample(tf, tf.math.square(error), sample.length);
    var weighted = tf.math.mul(mse, column(nn, row, 0));
    if (type.isSquareError() && !variance.isLearned()) {
      return loss(nn, row, weighted, Map.of("mse", mse));
    }

    long[] broadcast = new long[sample.length + 1];
    Arrays.fill(broadcast, 1);
    broadcast[0] = -1;
    var k = nn.reshape(column(nn, row, 1), broadcast);
    var smallest = nn.reshape(column(nn, row, 2), broadcast);
    var largest = nn.reshape(column(nn, row, 3), broadcast);
    var first = column(nn, row, 4);
    // Beside a square error, the bound is for the variance alone.
    var difference = tf.math.mul(type.isSquareError() ? tf.stopGradient(error) : error, k);
    var logVariance =
        switch (variance) {
          case FIXED_SMALL -> smallest;
          case FIXED_LARGE -> between(tf, largest, smallest, nn.reshape(first, broadcast));
          case LEARNED -> outputs.get(1);
          case LEARNED_RANGE -> {
            var f = tf.math.mul(tf.math.add(outputs.get(1), tf.constant(1f)), tf.constant(0.5f));
            yield between(tf, smallest, largest, f);
          }
        };
    var kl = perSample(tf, divergence(tf, difference, smallest, logVariance), sample.length);
    var nll = perSample(tf, negativeLogLikelihood(tf, x0, difference, logVariance), sample.length);
    var bound = tf.math.div(between(tf, kl, nll, first), tf.constant((float) LN2));
    var part = tf.math.mul(bound, boundWeight(nn, row, type));
    return loss(
        nn,
        row,
        type.isSquareError() ? tf.math.add(weighted, part) : part,
        Map.of("mse", mse, "vlb", bound));
  }

  /** The means over the batch, where a row counts what its timestep was drawn too rarely. */
  private static Objective.Loss loss(
      Nn nn,
      Operand<TFloat32> row,
      Operand<TFloat32> perRow,
      Map<String, Operand<TFloat32>> metrics) {
    var tf = nn.tf();
    var importance = column(nn, row, 6);
    var batch = tf.constant(0);
    Map<String, Operand<TFloat32>> means = new java.util.TreeMap<>();
    metrics.forEach(
        (name, values) -> means.put(name, tf.math.mean(tf.math.mul(values, importance), batch)));
    return new Objective.Loss(
        tf.math.mean(tf.math.mul(perRow, importance), batch),
        means,
        Optional.of(tf.stack(List.of(column(nn, row, 7), perRow), Stack.axis(1L))));
  }

  /** {@link LossType#boundWeight}, which is T times a number or just a number. */
  private static Operand<TFloat32> boundWeight(Nn nn, Operand<TFloat32> row, LossType type) {
    var tf = nn.tf();
    return switch (type) {
      case MSE, KL -> tf.constant((float) type.boundWeight(1));
      case RESCALED_MSE, RESCALED_KL ->
          tf.math.mul(column(nn, row, 5), tf.constant((float) type.boundWeight(1)));
    };
  }

  /** a where f = 0, b where f = 1. */
  private static Operand<TFloat32> between(
      Ops tf, Operand<TFloat32> a, Operand<TFloat32> b, Operand<TFloat32> f) {
    return tf.math.add(a, tf.math.mul(f, tf.math.sub(b, a)));
  }

  private static Operand<TFloat32> column(Nn nn, Operand<TFloat32> row, int i) {
    return nn.reshape(nn.slice(row, i, 1), -1);
  }

  private static Operand<TFloat32> perSample(Ops tf, Operand<TFloat32> x, int axes) {
    int[] all = new int[axes];
    for (int i = 0; i < axes; i++) {
      all[i] = i + 1;
    }
    return tf.math.mean(x, tf.constant(all));
  }

  /** KL(N(μ, e^lv1) ‖ N(μ + d, e^lv2)) = ½(lv2 − lv1 − 1 + e^{lv1−lv2} + d²·e^{−lv2}). */
  private static Operand<TFloat32> divergence(
      Ops tf, Operand<TFloat32> d, Operand<TFloat32> lv1, Operand<TFloat32> lv2) {
    var gap = tf.math.sub(lv2, lv1);
    var sum =
        tf.math.add(
            tf.math.sub(gap, tf.constant(1f)),
            tf.math.add(
                tf.math.exp(tf.math.neg(gap)),
                tf.math.mul(tf.math.square(d), tf.math.exp(tf.math.neg(lv2)))));
    return tf.math.mul(sum, tf.constant(0.5f));
  }

  /** −log of the probability that N(x − d, e^lv) gives to the 8-bit bin of x. */
  private static Operand<TFloat32> negativeLogLikelihood(
      Ops tf, Operand<TFloat32> x, Operand<TFloat32> d, Operand<TFloat32> lv) {
    var inverse = tf.math.exp(tf.math.mul(lv, tf.constant(-0.5f)));
    var half = tf.constant(1f / 255);
    // Below the mean, or mirrored to there: small numbers keep their digits when subtracted.
    var below = tf.math.neg(tf.math.abs(d));
    var inner =
        tf.math.sub(
            cdf(tf, tf.math.mul(tf.math.add(below, half), inverse)),
            cdf(tf, tf.math.mul(tf.math.sub(below, half), inverse)));
    var isLast = tf.math.greater(x, tf.constant(0.999f));
    var isFirst = tf.math.less(x, tf.constant(-0.999f));
    var outwards = tf.select(isLast, tf.math.neg(d), d);
    var outer = cdf(tf, tf.math.mul(tf.math.add(outwards, half), inverse));
    var probability = tf.select(tf.math.logicalOr(isFirst, isLast), outer, inner);
    return tf.math.neg(tf.math.log(tf.math.maximum(probability, tf.constant(1e-12f))));
  }

  /** The approximation of the normal distribution function that the reference uses. */
  private static Operand<TFloat32> cdf(Ops tf, Operand<TFloat32> u) {
    var cube = tf.math.mul(tf.math.square(u), u);
    var inner =
        tf.math.mul(
            tf.math.add(u, tf.math.mul(cube, tf.constant(0.044715f))),
            tf.constant((float) (2 * Math.sqrt(2 / Math.PI))));
    return tf.math.sigmoid(inner);
  }
}
