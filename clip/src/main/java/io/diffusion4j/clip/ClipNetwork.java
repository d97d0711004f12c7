package io.diffusion4j.clip;

import io.diffusion4j.tf.Inputs;
import io.diffusion4j.tf.Network;
import io.diffusion4j.tf.nn.Nn;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * The whole of CLIP (Radford et al. 2021, fig. 3): both towers, and the temperature by which the
 * cosines of their embeddings are scaled. transformers' {@code CLIPModel}, OpenAI's {@code CLIP}.
 *
 * @param text the text tower
 * @param vision the image tower
 */
public record ClipNetwork(ClipTextNetwork text, ClipVisionNetwork vision) implements Network {
  public ClipNetwork {
    int dim = vision.embeddingDim();
    String expected = "the text tower's " + text.embeddingDim();
    Transformer.require(text.embeddingDim() == dim, "projection_dim", dim, expected);
    if (text.keys() != vision.keys()) {
      throw new IllegalArgumentException(
          "keys: " + vision.keys() + " (expected: the text tower's " + text.keys() + ")");
    }
  }

  /** How the checkpoint names the parameters. */
  public ClipKeys keys() {
    return text.keys();
  }

  /**
   * Outputs: the text embeddings {@code [B, E]}, the image embeddings {@code [B, E]},
   * un-normalised, and the logits {@code [B, B]} of each image with each text.
   */
  @Override
  public List<Operand<TFloat32>> build(Nn nn, Inputs inputs) {
    var t = text.build(nn, inputs).get(1);
    var v = vision.build(nn, inputs).get(0);
    var scale = nn.tf().math.exp(ContrastiveLoss.logScale(nn));
    return List.of(
        t,
        v,
        ContrastiveLoss.logits(
            nn, ContrastiveLoss.normalise(nn, v), ContrastiveLoss.normalise(nn, t), scale));
  }
}
