package io.diffusion4j.decoder;

import io.diffusion4j.decoder.backbone.Backbone;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.train.diffusion.DenoisingObjective;
import java.util.List;

/**
 * The loss of the decoder together with its text projection; the weights are under {@code decoder}
 * and {@code text_proj}.
 *
 * @param backbone the decoder
 * @param projection makes the decoder's conditioning
 * @param textLength positions of the text, L
 */
public record DecoderObjective(Backbone backbone, TextProjection projection, int textLength)
    implements DenoisingObjective {
  /** Input {@code [E]}. */
  public static final String IMAGE_EMBEDDING = "image_embedding";

  /** Input {@code [1]}: 1 to use the image embedding, 0 to drop it. */
  public static final String CONDITIONAL = "conditional";

  /** Input {@code [E]}. */
  public static final String TEXT_EMBEDDING = "text_embedding";

  /** Input {@code [L, E]}. */
  public static final String HIDDEN = "hidden";

  /** Input {@code [extraTokens + L]}: 1 for visible tokens, 0 for padding. */
  public static final String PRESENT = DecoderNetwork.PRESENT;

  @Override
  public List<Tensor> outputs(Nn nn, Inputs inputs) {
    int e = projection.embeddingDim();
    int length = projection.extraTokens() + textLength;
    var conditioning =
        projection.forward(
            nn.at("text_proj"),
            inputs.floats(IMAGE_EMBEDDING, e),
            inputs.floats(CONDITIONAL, 1),
            inputs.floats(TEXT_EMBEDDING, e),
            inputs.floats(HIDDEN, textLength, e));
    return new DecoderNetwork(backbone, length)
        .outputs(nn.at("decoder"), inputs, conditioning, inputs.floats(PRESENT, length));
  }
}
