package io.diffusion4j.nn.train.logits;

import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Statistic;
import io.diffusion4j.nn.Tensor;
import java.util.stream.IntStream;

/**
 * The cross entropy of choices: the negative logarithm of the right choice's softmax probability.
 */
public final class CrossEntropy {
  /**
   * Logits with a smaller difference count as equal, since the right one may be computed in another
   * order.
   */
  private static final double ROUNDING = 1e-4;

  private CrossEntropy() {}

  /**
   * Returns the mean of ln Σ exp(logits) − the right logit, in nats.
   *
   * @param logits numbers
   * @param right for each choice the logit of the right one, the logits' shape without the axis
   * @param axis the axis of the logits along which one is chosen
   */
  public static Tensor of(Nn nn, Tensor logits, Tensor right, int axis) {
    return mean(nn, nn.subtract(nn.reduce(Statistic.LOG_SUM_EXP, logits, axis), right));
  }

  /** Returns the fraction of choices whose right logit is the largest; it has no gradient. */
  public static Tensor accuracy(Nn nn, Tensor logits, Tensor right, int axis) {
    var best = nn.reduce(Statistic.MAXIMUM, logits, axis);
    var lead = nn.subtract(nn.subtract(best, right), nn.constant(ROUNDING));
    var hits = nn.select(lead, nn.constant(0), nn.constant(1));
    return mean(nn, hits);
  }

  private static Tensor mean(Nn nn, Tensor x) {
    return nn.mean(x, IntStream.range(0, x.rank()).toArray());
  }
}
