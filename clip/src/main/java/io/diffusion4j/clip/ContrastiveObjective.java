package io.diffusion4j.clip;

import io.diffusion4j.tf.Inputs;
import io.diffusion4j.tf.nn.Init;
import io.diffusion4j.tf.nn.Nn;
import io.diffusion4j.tf.train.Objective;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.core.ReduceMax;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.types.TFloat32;

/**
 * CLIP's symmetric contrastive loss (Radford et al. 2021, fig. 3): the cosine of every text with
 * every image of the batch, scaled by a learned temperature, is to be largest for the pairs.
 *
 * @param text the text tower
 * @param vision the image tower
 */
public record ContrastiveObjective(ClipTextNetwork text, ClipVisionNetwork vision)
    implements Objective {
  /** The key of the temperature's logarithm. */
  public static final String LOGIT_SCALE = "logit_scale";

  private static final double INITIAL = Math.log(1 / 0.07);
  private static final float LARGEST = (float) Math.log(100);

  public ContrastiveObjective {
    if (text.embeddingDim() != vision.embeddingDim()) {
      throw new IllegalArgumentException(
          "projection_dim: "
              + vision.embeddingDim()
              + " (expected: the text tower's "
              + text.embeddingDim()
              + ")");
    }
  }

  @Override
  public Loss build(Nn nn, Inputs inputs) {
    var tf = nn.tf();
    var t = normalise(nn, text.build(nn, inputs).get(1));
    var v = normalise(nn, vision.build(nn, inputs).get(0));
    // Above ln 100 the clamp stops the gradient too, so the parameter itself stays there.
    var logScale =
        tf.math.minimum(nn.parameter(LOGIT_SCALE, Init.constant(INITIAL)), tf.constant(LARGEST));
    var scale = tf.math.exp(logScale);
    var logits =
        tf.math.mul(
            tf.linalg.matMul(v, t, org.tensorflow.op.linalg.MatMul.transposeB(true)), scale);
    var pairs = tf.math.mul(tf.reduceSum(tf.math.mul(v, t), tf.constant(1)), scale);
    var ofImages = crossEntropy(nn, logits, pairs, 1);
    var ofTexts = crossEntropy(nn, logits, pairs, 0);
    var loss = tf.math.mul(tf.math.add(ofImages, ofTexts), tf.constant(0.5f));
    var best = tf.reduceMax(logits, tf.constant(1));
    var hits = tf.dtypes.cast(tf.math.greaterEqual(pairs, best), TFloat32.class);
    return new Loss(
        loss, Map.of("logit_scale", scale, "accuracy", tf.math.mean(hits, tf.constant(0))));
  }

  private static Operand<TFloat32> normalise(Nn nn, Operand<TFloat32> x) {
    var tf = nn.tf();
    var square = tf.reduceSum(tf.math.square(x), tf.constant(1), ReduceSum.keepDims(true));
    return tf.math.mul(x, tf.math.rsqrt(tf.math.add(square, tf.constant(1e-12f))));
  }

  /** mean(log Σ exp(logits) − logit of the pair), along an axis. */
  private static Operand<TFloat32> crossEntropy(
      Nn nn, Operand<TFloat32> logits, Operand<TFloat32> pairs, int axis) {
    var tf = nn.tf();
    var along = tf.constant(axis);
    var max = tf.stopGradient(tf.reduceMax(logits, along, ReduceMax.keepDims(true)));
    var sum = tf.reduceSum(tf.math.exp(tf.math.sub(logits, max)), along);
    var logSum = tf.math.add(tf.math.log(sum), nn.reshape(max, -1));
    return tf.math.mean(tf.math.sub(logSum, pairs), tf.constant(0));
  }
}
