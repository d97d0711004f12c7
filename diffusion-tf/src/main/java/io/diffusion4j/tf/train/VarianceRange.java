package io.diffusion4j.tf.train;

import io.diffusion4j.tf.Batch;
import io.diffusion4j.tf.Inputs;
import io.diffusion4j.tf.nn.Nn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * Keeps a learned variance between its two bounds, which the variational bound alone does not: near
 * t = 0 a prediction errs by more than the larger bound allows, so its optimum lies beyond; near t
 * = T the two bounds meet, its gradient vanishes, and an optimizer that normalises gradients lets
 * the answer drift. Published samplers do not clip what a network answers, so a value outside turns
 * into noise of a wrong size there.
 *
 * <p>The variational bound sees the answer v clipped to ±{@value #LIMIT}, and {@value #WEIGHT}
 * times the mean square of what was clipped off is added to the loss. The limit is below 1 so that
 * answers which waver about it stay inside.
 */
public final class VarianceRange {
  /** The largest |v| that costs nothing. */
  public static final float LIMIT = 0.8f;

  /** Weight of the mean square of what exceeds the limit. */
  public static final float WEIGHT = 10;

  /** Metric: the share of answers outside [−1, 1]. */
  public static final String OUTSIDE = "variance_outside";

  private VarianceRange() {}

  /**
   * The hybrid loss with its variance kept in range, as a graph; {@link DiffusionLoss} alone for a
   * network that does not learn its variance.
   *
   * @param outputs the network's: the prediction and, if there is a second, the variance
   * @param sample the axes of a sample without the batch
   */
  static Objective.Loss graph(
      Nn nn, Inputs inputs, List<Operand<TFloat32>> outputs, long... sample) {
    if (outputs.size() == 1) {
      return DiffusionLoss.of(nn, inputs, outputs, sample);
    }
    var tf = nn.tf();
    var v = outputs.get(1);
    var limit = tf.constant(LIMIT);
    var clipped = tf.math.minimum(tf.math.maximum(v, tf.math.neg(limit)), limit);
    var loss = DiffusionLoss.of(nn, inputs, List.of(outputs.get(0), clipped), sample);
    var flat = tf.constant(0);
    var excess = nn.reshape(tf.math.square(tf.math.sub(v, clipped)), -1);
    var outside = tf.math.greater(tf.math.abs(nn.reshape(v, -1)), tf.constant(1f));
    Map<String, Operand<TFloat32>> metrics = new HashMap<>(loss.metrics());
    metrics.put(OUTSIDE, tf.math.mean(tf.dtypes.cast(outside, TFloat32.class), flat));
    return new Objective.Loss(
        tf.math.add(loss.value(), tf.math.mul(tf.math.mean(excess, flat), tf.constant(WEIGHT))),
        metrics,
        loss.perTimestep());
  }

  /**
   * The same of answers as numbers, with its gradient by the answers: {@link
   * DiffusionLossGradient#of} with the variance kept in range.
   */
  public static DiffusionLossGradient.Value gradient(
      Batch batch, List<float[]> outputs, List<float[]> gradients) {
    if (outputs.size() == 1) {
      return DiffusionLossGradient.of(batch, outputs, gradients);
    }
    float[] v = outputs.get(1);
    float[] clipped = new float[v.length];
    for (int i = 0; i < v.length; i++) {
      clipped[i] = Math.max(-LIMIT, Math.min(LIMIT, v[i]));
    }
    List<float[]> limited = new ArrayList<>(outputs);
    limited.set(1, clipped);
    var loss = DiffusionLossGradient.of(batch, limited, gradients);
    double square = 0;
    double outside = 0;
    for (int i = 0; i < v.length; i++) {
      double excess = v[i] - clipped[i];
      if (excess != 0) {
        square += excess * excess / v.length;
        outside += Math.abs(v[i]) > 1 ? 1.0 / v.length : 0;
        gradients.get(1)[i] = (float) (2 * WEIGHT * excess / v.length);
      }
    }
    Map<String, Double> metrics = new TreeMap<>(loss.metrics());
    metrics.put(OUTSIDE, outside);
    return new DiffusionLossGradient.Value(
        loss.value() + WEIGHT * square, metrics, loss.perTimestep());
  }
}
