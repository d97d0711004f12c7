package io.diffusion4j.clip.noised;

import io.diffusion4j.clip.ContrastiveLoss;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.train.CrossEntropy;
import io.diffusion4j.nn.train.Objective;
import java.util.Map;

/**
 * The loss of a noised CLIP: CLIP's symmetric contrastive loss, of noised pictures and captions
 * (Nichol et al. 2022, §2.4). Both towers lie under a prefix of their own.
 *
 * @param text the text tower, under {@value #TEXT}
 * @param vision the image tower, under {@value #IMAGE}
 */
public record NoisedObjective(NoisedTextNetwork text, NoisedVisionNetwork vision)
    implements Objective {
  /** What the keys of the text tower begin with. */
  public static final String TEXT = "text.";

  /** What the keys of the image tower begin with. */
  public static final String IMAGE = "image.";

  @Override
  public Loss define(Nn nn, Inputs inputs) {
    var t = ContrastiveLoss.normalise(nn, text.define(nn.at("text"), inputs).get(0));
    var v = ContrastiveLoss.normalise(nn, vision.define(nn.at("image"), inputs).get(0));
    var scale = ContrastiveLoss.scale(nn, ContrastiveLoss.LARGEST);
    var logits = ContrastiveLoss.logits(nn, v, t, scale);
    var pairs = nn.multiply(nn.sum(nn.multiply(v, t), 1), scale);
    var ofImages = CrossEntropy.of(nn, logits, pairs, 1);
    var ofTexts = CrossEntropy.of(nn, logits, pairs, 0);
    return new Loss(
        nn.multiply(nn.add(ofImages, ofTexts), nn.constant(0.5)),
        Map.of("logit_scale", scale, "accuracy", CrossEntropy.accuracy(nn, logits, pairs, 1)));
  }
}
