package io.diffusion4j.tf.train;

import io.diffusion4j.tf.Inputs;
import io.diffusion4j.tf.nn.Nn;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The loss of a denoiser over a batch that {@link NoisedBatch} made: the weighted square error of
 * what it predicts and, where the variance is learned, the variational bound of the variance alone
 * (Nichol &amp; Dhariwal 2021, eq. 16: the bound does not reach the mean). The bound, a sum over
 * all T timesteps of which one is drawn, counts λ·T with the paper's λ = 0.001.
 *
 * <p>The bound is in bits per dimension: for t &gt; 0 the divergence of two Gaussians, for t = 0
 * the likelihood of the 8-bit pixel (Ho et al. 2020, eq. 13). Whatever the parameterization, the
 * means of the true and the predicted posterior differ by k times the error of the prediction, so
 * one factor per row serves ε, x₀ and v.
 */
public final class DiffusionLoss {
  /** Input: what the network is to predict. */
  static final String TARGET = "target";

  /** Input: the clean sample. */
  static final String X0 = "x0";

  /**
   * Input {@code [6]}: weight, k, smallest and largest log-variance, 1 where t = 0, weight of the
   * bound.
   */
  static final String ROW = "row";

  static final int ROW_SIZE = 6;
  private static final double LN2 = Math.log(2);

  private DiffusionLoss() {}

  /**
   * Builds the loss.
   *
   * @param outputs the network's: the prediction and, if there is a second, the variance
   * @param sample the axes of a sample without the batch
   */
  public static Objective.Loss of(
      Nn nn, Inputs inputs, List<Operand<TFloat32>> outputs, long... sample) {
    var tf = nn.tf();
    var target = inputs.floats(TARGET, sample);
    var x0 = inputs.floats(X0, sample);
    var row = inputs.floats(ROW, ROW_SIZE);
    var error = tf.math.sub(target, outputs.get(0));
    var mse = perSample(tf, tf.math.square(error), sample.length);
    var weighted = tf.math.mul(mse, column(nn, row, 0));
    var batch = tf.constant(0);
    if (outputs.size() == 1) {
      return new Objective.Loss(
          tf.math.mean(weighted, batch), Map.of("mse", tf.math.mean(mse, batch)));
    }
    long[] broadcast = new long[sample.length + 1];
    java.util.Arrays.fill(broadcast, 1);
    broadcast[0] = -1;
    var k = nn.reshape(column(nn, row, 1), broadcast);
    var smallest = nn.reshape(column(nn, row, 2), broadcast);
    var largest = nn.reshape(column(nn, row, 3), broadcast);
    var first = column(nn, row, 4);
    var difference = tf.math.mul(tf.stopGradient(error), k);
    var f = tf.math.mul(tf.math.add(outputs.get(1), tf.constant(1f)), tf.constant(0.5f));
    var logVariance = tf.math.add(smallest, tf.math.mul(f, tf.math.sub(largest, smallest)));
    var kl = perSample(tf, divergence(tf, difference, smallest, logVariance), sample.length);
    var nll = perSample(tf, negativeLogLikelihood(tf, x0, difference, logVariance), sample.length);
    var bound =
        tf.math.div(
            tf.math.add(
                tf.math.mul(nll, first), tf.math.mul(kl, tf.math.sub(tf.constant(1f), first))),
            tf.constant((float) LN2));
    var weightedBound = tf.math.mul(bound, column(nn, row, 5));
    return new Objective.Loss(
        tf.math.mean(tf.math.add(weighted, weightedBound), batch),
        Map.of("mse", tf.math.mean(mse, batch), "vlb", tf.math.mean(bound, batch)));
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
    var above = cdf(tf, tf.math.mul(tf.math.add(d, half), inverse));
    var below = cdf(tf, tf.math.mul(tf.math.sub(d, half), inverse));
    var one = tf.constant(1f);
    var inner =
        tf.select(
            tf.math.greater(x, tf.constant(0.999f)),
            tf.math.sub(one, below),
            tf.math.sub(above, below));
    var probability = tf.select(tf.math.less(x, tf.constant(-0.999f)), above, inner);
    return tf.math.neg(tf.math.log(tf.math.maximum(probability, tf.constant(1e-12f))));
  }

  /** The tanh approximation of the normal distribution that the reference uses. */
  private static Operand<TFloat32> cdf(Ops tf, Operand<TFloat32> u) {
    var cube = tf.math.mul(tf.math.square(u), u);
    var inner =
        tf.math.mul(
            tf.math.add(u, tf.math.mul(cube, tf.constant(0.044715f))),
            tf.constant((float) Math.sqrt(2 / Math.PI)));
    return tf.math.mul(tf.math.add(tf.math.tanh(inner), tf.constant(1f)), tf.constant(0.5f));
  }
}
