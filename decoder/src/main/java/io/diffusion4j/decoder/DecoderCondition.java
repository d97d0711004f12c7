package io.diffusion4j.decoder;

import io.diffusion4j.diffusion.stage.Projection.Known;
import java.util.Optional;

/**
 * What the decoder's network is told about one image: the outputs of the text projection, which do
 * not depend on the time and so are computed once per image.
 *
 * @param context {@code [L, contextDim]}
 * @param present {@code [L]}: 1 for tokens to be seen, 0 for padding
 * @param timeAdd {@code [timeEmbedDim]}
 * @param known what is known of the image, for a network that sees it; empty if nothing is
 */
public record DecoderCondition(
    float[] context, float[] present, float[] timeAdd, Optional<Known> known) {
  /** Of an image of which nothing is known. */
  public DecoderCondition(float[] context, float[] present, float[] timeAdd) {
    this(context, present, timeAdd, Optional.empty());
  }

  /** The same with what is known of the image. */
  public DecoderCondition knowing(Optional<Known> part) {
    return new DecoderCondition(context, present, timeAdd, part);
  }
}
