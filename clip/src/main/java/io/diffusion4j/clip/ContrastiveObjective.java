package io.diffusion4j.clip;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.train.FeatureObjective;
import java.util.List;

/**
 * CLIP's symmetric contrastive loss (Radford et al. 2021, fig. 3): the cosine of every text with
 * every image of the batch, scaled by a learned factor (the inverse temperature), is maximised for
 * the pairs.
 *
 * @param network both towers and the scale
 * @param largestScale the upper bound of the factor of the cosines. If it is large, small
 *     differences between embeddings suffice, and most of their components vary little.
 */
public record ContrastiveObjective(ClipNetwork network, double largestScale)
    implements FeatureObjective {
  public ContrastiveObjective {
    Check.that(
        largestScale > 0 && largestScale <= ContrastiveLoss.LARGEST,
        "largestScale",
        largestScale,
        "in (0, 100]");
  }

  /** Creates the loss of two towers, with CLIP's bound of the scale. */
  public ContrastiveObjective(ClipTextNetwork text, ClipVisionNetwork vision) {
    this(new ClipNetwork(text, vision), ContrastiveLoss.LARGEST);
  }

  /** Returns the embeddings, un-normalised, and the logarithm of the factor. */
  @Override
  public List<Tensor> features(Nn nn, Inputs inputs) {
    var text = network.text().define(nn, inputs).get(1);
    return ContrastiveLoss.features(nn, text, network.vision().define(nn, inputs).get(0));
  }

  @Override
  public Loss loss(Nn nn, List<Tensor> features) {
    return ContrastiveLoss.of(nn, features, largestScale);
  }
}
