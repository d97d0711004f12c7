package io.diffusion4j.clip;

import io.diffusion4j.tf.nn.Init;
import io.diffusion4j.tf.nn.Nn;
import org.tensorflow.Operand;
import org.tensorflow.op.core.ReduceMax;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;

/** What contrastive losses are made of: unit vectors, a learned temperature, cross entropies. */
public final class ContrastiveLoss {
  /** The key of the temperature's logarithm. */
  public static final String LOGIT_SCALE = "logit_scale";

  static final double INITIAL = Math.log(1 / 0.07);

  /** The largest factor that CLIP may learn (Radford et al. 2021, §2.5). */
  public static final double LARGEST = 100;

  private ContrastiveLoss() {}

  /** Rows of length 1: {@code [B, E] → [B, E]}. */
  public static Operand<TFloat32> normalise(Nn nn, Operand<TFloat32> x) {
    var tf = nn.tf();
    var square = tf.reduceSum(tf.math.square(x), tf.constant(1), ReduceSum.keepDims(true));
    return tf.math.mul(x, tf.math.rsqrt(tf.math.add(square, tf.constant(1e-12f))));
  }

  /** The learned factor of the cosines; its parameter is asked for once. */
  public static Operand<TFloat32> scale(Nn nn, double largest) {
    var tf = nn.tf();
    // Above ln(largest) the clamp stops the gradient too, so the parameter itself stays there.
    return tf.math.exp(tf.math.minimum(logScale(nn), tf.constant((float) Math.log(largest))));
  }

  /** The logarithm of the factor, ln(1/0.07) before training. */
  static Operand<TFloat32> logScale(Nn nn) {
    return nn.parameter(LOGIT_SCALE, Init.constant(INITIAL));
  }

  /**
   * The scaled cosine of every row of a with every row of b.
   *
   * @param a unit vectors {@code [A, E]}
   * @param b unit vectors {@code [B, E]}
   * @return {@code [A, B]}
   */
  public static Operand<TFloat32> logits(
      Nn nn, Operand<TFloat32> a, Operand<TFloat32> b, Operand<TFloat32> scale) {
    var tf = nn.tf();
    return tf.math.mul(tf.linalg.matMul(a, b, MatMul.transposeB(true)), scale);
  }

  /**
   * mean(log Σ exp(logits) − what the target has), the sum along an axis.
   *
   * @param target for each row or column, the mean logit under its target distribution
   * @param axis 1 to choose within rows, 0 within columns
   */
  public static Operand<TFloat32> crossEntropy(
      Nn nn, Operand<TFloat32> logits, Operand<TFloat32> target, int axis) {
    var tf = nn.tf();
    var along = tf.constant(axis);
    var max = tf.stopGradient(tf.reduceMax(logits, along, ReduceMax.keepDims(true)));
    var sum = tf.reduceSum(tf.math.exp(tf.math.sub(logits, max)), along);
    var logSum = tf.math.add(tf.math.log(sum), nn.reshape(max, -1));
    return tf.math.mean(tf.math.sub(logSum, target), tf.constant(0));
  }
}
