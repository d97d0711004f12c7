package io.diffusion4j.clip;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.train.logits.Cosines;
import java.util.List;

/**
 * The whole of CLIP (Radford et al. 2021, fig. 3): both towers, and the factor by which the cosines
 * of their embeddings are scaled. It corresponds to {@code CLIPModel} of transformers and to {@code
 * CLIP} of OpenAI's code.
 *
 * @param text the text tower
 * @param vision the image tower
 */
public record ClipNetwork(ClipTextNetwork text, ClipVisionNetwork vision)
    implements NetworkDefinition {
  public ClipNetwork {
    int dim = vision.embeddingDim();
    String expected = "the text tower's " + text.embeddingDim();
    Check.that(text.embeddingDim() == dim, "projection_dim", dim, expected);
  }

  /** Whether a parameter is the image tower's. */
  public static boolean isVision(String key) {
    return key.startsWith("vision_model.") || key.startsWith("visual_projection.");
  }

  /**
   * Whether a parameter belongs to the text tower, or to no tower; the text tower then reports it.
   */
  static boolean isText(String key) {
    return !isVision(key) && !key.equals(ContrastiveLoss.LOGIT_SCALE);
  }

  /**
   * Defines the network. Outputs: the text embeddings {@code [B, E]}, the image embeddings {@code
   * [B, E]}, un-normalised, and the logits {@code [B, B]} of each image with each text.
   */
  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    var t = text.define(nn, inputs).get(1);
    var v = vision.define(nn, inputs).get(0);
    var scale = nn.map(Function.EXP, ContrastiveLoss.logScale(nn));
    return List.of(
        t, v, Cosines.logits(nn, Cosines.normalise(nn, v), Cosines.normalise(nn, t), scale));
  }
}
