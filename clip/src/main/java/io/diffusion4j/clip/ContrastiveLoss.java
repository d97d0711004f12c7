package io.diffusion4j.clip;

import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Operation;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.logits.Cosines;
import io.diffusion4j.nn.train.logits.CrossEntropy;
import io.diffusion4j.nn.weights.Init;
import java.util.Map;

/** The symmetric contrastive loss, and the learned scale of its logits, an inverse temperature. */
public final class ContrastiveLoss {
  /** The key of the logarithm of the scale. */
  public static final String LOGIT_SCALE = "logit_scale";

  static final double INITIAL = Math.log(1 / 0.07);

  /** The largest factor that CLIP may learn (Radford et al. 2021, §2.5). */
  public static final double LARGEST = 100;

  private ContrastiveLoss() {}

  /**
   * Returns the symmetric loss of pairs (Radford et al. 2021, fig. 3), with the learned factor and
   * the share of images that find their text in the batch.
   *
   * @param text embeddings {@code [B, E]}
   * @param image embeddings of the same rows
   * @param largest the upper bound of the factor of the cosines
   */
  public static Objective.Loss of(Nn nn, Tensor text, Tensor image, double largest) {
    var t = Cosines.normalise(nn, text);
    var v = Cosines.normalise(nn, image);
    var scale = scale(nn, largest);
    var logits = Cosines.logits(nn, v, t, scale);
    var pairs = Cosines.pairs(nn, v, t, scale);
    var ofImages = CrossEntropy.of(nn, logits, pairs, 1);
    var ofTexts = CrossEntropy.of(nn, logits, pairs, 0);
    return new Objective.Loss(
        nn.multiply(nn.add(ofImages, ofTexts), nn.constant(0.5)),
        Map.of("logit_scale", scale, "accuracy", CrossEntropy.accuracy(nn, logits, pairs, 1)));
  }

  /** Returns the learned factor of the cosines. Call it once per network. */
  public static Tensor scale(Nn nn, double largest) {
    // Above ln(largest) the clamp stops the gradient too, so the parameter itself stays there.
    var clamped = nn.combine(Operation.MINIMUM, logScale(nn), nn.constant(Math.log(largest)));
    return nn.map(Function.EXP, clamped);
  }

  /** Returns the logarithm of the factor, ln(1/0.07) before training. */
  static Tensor logScale(Nn nn) {
    return nn.parameter(LOGIT_SCALE, Init.constant(INITIAL));
  }
}
