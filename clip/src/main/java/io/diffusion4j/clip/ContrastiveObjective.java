package io.diffusion4j.clip;

import io.diffusion4j.tf.Inputs;
import io.diffusion4j.tf.nn.Nn;
import io.diffusion4j.tf.train.Objective;
import java.util.Map;
import org.tensorflow.types.TFloat32;

/**
 * CLIP's symmetric contrastive loss (Radford et al. 2021, fig. 3): the cosine of every text with
 * every image of the batch, scaled by a learned temperature, is to be largest for the pairs.
 *
 * @param network both towers and the temperature
 * @param largestScale what the factor of the cosines may become. Where it is large, small
 *     differences of the embeddings suffice, and all but a few of their components vary little.
 */
public record ContrastiveObjective(ClipNetwork network, double largestScale) implements Objective {
  public ContrastiveObjective {
    if (!(largestScale > 0 && largestScale <= ContrastiveLoss.LARGEST)) {
      throw new IllegalArgumentException(
          "largestScale: " + largestScale + " (expected: in (0, 100])");
    }
  }

  /** The loss of two towers, the scale as in CLIP. */
  public ContrastiveObjective(ClipTextNetwork text, ClipVisionNetwork vision) {
    this(new ClipNetwork(text, vision), ContrastiveLoss.LARGEST);
  }

  @Override
  public Loss build(Nn nn, Inputs inputs) {
    var tf = nn.tf();
    var t = ContrastiveLoss.normalise(nn, network.text().build(nn, inputs).get(1));
    var v = ContrastiveLoss.normalise(nn, network.vision().build(nn, inputs).get(0));
    var scale = ContrastiveLoss.scale(nn, largestScale);
    var logits = ContrastiveLoss.logits(nn, v, t, scale);
    var pairs = tf.math.mul(tf.reduceSum(tf.math.mul(v, t), tf.constant(1)), scale);
    var ofImages = ContrastiveLoss.crossEntropy(nn, logits, pairs, 1);
    var ofTexts = ContrastiveLoss.crossEntropy(nn, logits, pairs, 0);
    var loss = tf.math.mul(tf.math.add(ofImages, ofTexts), tf.constant(0.5f));
    var best = tf.reduceMax(logits, tf.constant(1));
    var hits = tf.dtypes.cast(tf.math.greaterEqual(pairs, best), TFloat32.class);
    return new Loss(
        loss, Map.of("logit_scale", scale, "accuracy", tf.math.mean(hits, tf.constant(0))));
  }
}
