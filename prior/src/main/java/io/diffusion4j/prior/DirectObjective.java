package io.diffusion4j.prior;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.logits.Cosines;
import io.diffusion4j.nn.train.logits.CrossEntropy;
import io.diffusion4j.prior.PriorConfig.Course;
import java.util.Map;

/**
 * The loss of a one-pass prior (ECLIPSE, Patel et al. 2024, eq. 6): the squared error of the image
 * embedding, plus λ times the cross entropy of finding the text of each predicted embedding among
 * the texts of the batch, by the cosines of CLIP.
 *
 * @param network a one-pass prior
 * @param contrast λ; the paper's is 0.2
 */
public record DirectObjective(PriorTransformer network, double contrast) implements Objective {
  /** Input {@code [E]}: the image embedding. */
  static final String IMAGE_EMBEDDING = "image_embedding";

  /** Input {@code [E]}: the text embedding for the contrastive loss. */
  static final String CONTRASTED_TEXT = "contrasted_text";

  /** The factor of the cosines, which is CLIP's largest (Radford et al. 2021, §2.5). */
  private static final double SCALE = 100;

  public DirectObjective {
    network.config().requireCourse(Course.ONE_PASS);
    Check.that(contrast >= 0 && contrast < Double.POSITIVE_INFINITY, "contrast", contrast, "≥ 0");
  }

  @Override
  public Loss define(Nn nn, Inputs inputs) {
    int e = network.config().embeddingDim();
    var drawn = network.forward(nn, inputs);
    var error = nn.subtract(drawn, inputs.floats(IMAGE_EMBEDDING, e));
    var square = nn.mean(nn.multiply(error, error), 0, 1);
    var images = Cosines.normalise(nn, drawn);
    var texts = Cosines.normalise(nn, inputs.floats(CONTRASTED_TEXT, e));
    var scale = nn.constant(SCALE);
    Tensor logits = Cosines.logits(nn, images, texts, scale);
    Tensor pairs = Cosines.pairs(nn, images, texts, scale);
    var entropy = CrossEntropy.of(nn, logits, pairs, 1);
    return new Loss(
        nn.add(square, nn.multiply(entropy, nn.constant(contrast))),
        Map.of(
            "mse",
            square,
            "contrast",
            entropy,
            "accuracy",
            CrossEntropy.accuracy(nn, logits, pairs, 1)));
  }
}
