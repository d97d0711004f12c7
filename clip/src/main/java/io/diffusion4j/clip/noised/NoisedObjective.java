package io.diffusion4j.clip.noised;

import io.diffusion4j.clip.ContrastiveLoss;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.train.FeatureObjective;
import java.util.List;

/**
 * The loss of a noised CLIP: CLIP's symmetric contrastive loss, of noised pictures and captions
 * (Nichol et al. 2022, §2.4). Each tower has its own prefix.
 *
 * @param text the text tower, under {@value #TEXT}
 * @param vision the image tower, under {@value #IMAGE}
 */
public record NoisedObjective(NoisedTextNetwork text, NoisedVisionNetwork vision)
    implements FeatureObjective {
  /** The prefix of the text tower's keys. */
  public static final String TEXT = "text.";

  /** The prefix of the image tower's keys. */
  public static final String IMAGE = "image.";

  /** Returns the embeddings, un-normalised, and the logarithm of the factor. */
  @Override
  public List<Tensor> features(Nn nn, Inputs inputs) {
    var ofTexts = text.define(nn.at("text"), inputs).get(0);
    var ofImages = vision.define(nn.at("image"), inputs).get(0);
    return ContrastiveLoss.features(nn, ofTexts, ofImages);
  }

  @Override
  public Loss loss(Nn nn, List<Tensor> features) {
    return ContrastiveLoss.of(nn, features, ContrastiveLoss.LARGEST);
  }
}
