package io.diffusion4j.decoder;

import io.diffusion4j.diffusion.stage.Projection.Known;
import java.util.Optional;

/**
 * The conditioning of the decoder's network for one image: the outputs of the text projection,
 * which do not depend on the timestep, so they are computed once per image.
 *
 * @param context {@code [L, contextDim]}
 * @param present {@code [L]}: 1 for visible tokens, 0 for padding
 * @param timeAdd {@code [timeEmbedDim]}
 * @param known the known pixels, for a network that completes images; empty if no pixels are known
 */
public record DecoderCondition(
    float[] context, float[] present, float[] timeAdd, Optional<Known> known) {
  /** Creates the condition of an image without known pixels. */
  public DecoderCondition(float[] context, float[] present, float[] timeAdd) {
    this(context, present, timeAdd, Optional.empty());
  }

  /** Returns the same condition with these known pixels. */
  public DecoderCondition knowing(Optional<Known> part) {
    return new DecoderCondition(context, present, timeAdd, part);
  }
}
