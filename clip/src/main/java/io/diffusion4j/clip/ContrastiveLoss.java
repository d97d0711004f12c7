package io.diffusion4j.clip;

import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Operation;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.logits.Cosines;
import io.diffusion4j.nn.train.logits.CrossEntropy;
import io.diffusion4j.nn.weights.Init;
import java.util.List;
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
   * Returns the embeddings of texts and images, and the logarithm of the factor, the same in each
   * row.
   *
   * @param text embeddings {@code [B, E]}
   * @param image embeddings of the same rows
   */
  public static List<Tensor> features(Nn nn, Tensor text, Tensor image) {
    return List.of(text, image, nn.forEach(nn.reshape(logScale(nn), 1, 1), text));
  }

  /**
   * Returns the symmetric loss of pairs (Radford et al. 2021, fig. 3), with the learned factor and
   * the share of images that find their text in the batch.
   *
   * @param features those above
   * @param largest the upper bound of the factor of the cosines
   */
  public static Objective.Loss of(Nn nn, List<Tensor> features, double largest) {
    var t = Cosines.normalise(nn, features.get(0));
    var v = Cosines.normalise(nn, features.get(1));
    var scale = scale(nn, nn.mean(features.get(2), 0, 1), largest);
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
    return scale(nn, logScale(nn), largest);
  }

  private static Tensor scale(Nn nn, Tensor logScale, double largest) {
    // Above ln(largest) the clamp stops the gradient too, so the parameter itself stays there.
    var clamped = nn.combine(Operation.MINIMUM, logScale, nn.constant(Math.log(largest)));
    return nn.map(Function.EXP, clamped);
  }

  /** Returns the logarithm of the factor, ln(1/0.07) before training. */
  static Tensor logScale(Nn nn) {
    return nn.parameter(LOGIT_SCALE, Init.constant(INITIAL));
  }
}
