package io.diffusion4j.nn.train.diffusion;

import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Operation;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.train.Objective;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Keeps a learned variance between its two bounds. The variational bound alone does not: near t = 0
 * the error of a prediction exceeds the larger bound, so the optimum is outside; near t = T the two
 * bounds meet, its gradient vanishes, and an optimizer that normalises gradients lets the output
 * drift. Published samplers do not clip the output of a network, so a value outside becomes noise
 * of the wrong size.
 *
 * <p>In the variational bound the output v is clipped to ±{@value #LIMIT}, and {@value #WEIGHT}
 * times the mean square of the excess is added to the loss. The limit is below 1, so that outputs
 * which fluctuate around it stay inside.
 */
public final class VarianceRange {
  /** The largest |v| without a penalty. */
  public static final float LIMIT = 0.8f;

  /** The weight of the mean square of the excess over the limit. */
  public static final float WEIGHT = 10;

  /** Metric: the share of outputs outside [−1, 1]. */
  public static final String OUTSIDE = "variance_outside";

  private VarianceRange() {}

  /**
   * Returns the hybrid loss with its variance kept in range; {@link DiffusionLoss} alone for a
   * network that does not learn its variance.
   *
   * @param outputs the network's: the prediction and, if there is a second, the variance
   */
  public static Objective.Loss of(Nn nn, Inputs inputs, List<Tensor> outputs) {
    return of(nn, inputs, outputs, LossTerms.SQUARE);
  }

  /**
   * Returns the hybrid loss with another error of the prediction.
   *
   * @param outputs the network's: the prediction and, if there is a second, the variance
   */
  public static Objective.Loss of(Nn nn, Inputs inputs, List<Tensor> outputs, LossTerms terms) {
    if (outputs.size() == 1) {
      return DiffusionLoss.of(nn, inputs, outputs, terms);
    }
    var v = outputs.get(1);
    int[] all = IntStream.range(0, v.rank()).toArray();
    var above = nn.combine(Operation.MAXIMUM, v, nn.constant(-LIMIT));
    var clipped = nn.combine(Operation.MINIMUM, above, nn.constant(LIMIT));
    var loss = DiffusionLoss.of(nn, inputs, List.of(outputs.get(0), clipped), terms);
    var excess = nn.mean(nn.map(Function.SQUARE, nn.subtract(v, clipped)), all);
    var beyond = nn.subtract(nn.map(Function.ABS, v), nn.constant(1));
    var outside = nn.mean(nn.select(beyond, nn.constant(1), nn.constant(0)), all);
    Map<String, Tensor> metrics = new HashMap<>(loss.metrics());
    metrics.put(OUTSIDE, outside);
    return new Objective.Loss(
        nn.add(loss.value(), nn.multiply(excess, nn.constant(WEIGHT))),
        metrics,
        loss.perTimestep());
  }
}
