package io.diffusion4j.clip;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.train.CrossEntropy;
import io.diffusion4j.nn.train.Objective;
import java.util.Map;

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
    Check.that(
        largestScale > 0 && largestScale <= ContrastiveLoss.LARGEST,
        "largestScale",
        largestScale,
        "in (0, 100]");
  }

  /** The loss of two towers, the scale as in CLIP. */
  public ContrastiveObjective(ClipTextNetwork text, ClipVisionNetwork vision) {
    this(new ClipNetwork(text, vision), ContrastiveLoss.LARGEST);
  }

  @Override
  public Loss define(Nn nn, Inputs inputs) {
    var t = ContrastiveLoss.normalise(nn, network.text().define(nn, inputs).get(1));
    var v = ContrastiveLoss.normalise(nn, network.vision().define(nn, inputs).get(0));
    var scale = ContrastiveLoss.scale(nn, largestScale);
    var logits = ContrastiveLoss.logits(nn, v, t, scale);
    var pairs = nn.multiply(nn.sum(nn.multiply(v, t), 1), scale);
    var ofImages = CrossEntropy.of(nn, logits, pairs, 1);
    var ofTexts = CrossEntropy.of(nn, logits, pairs, 0);
    var loss = nn.multiply(nn.add(ofImages, ofTexts), nn.constant(0.5));
    return new Loss(
        loss,
        Map.of("logit_scale", scale, "accuracy", CrossEntropy.accuracy(nn, logits, pairs, 1)));
  }
}
