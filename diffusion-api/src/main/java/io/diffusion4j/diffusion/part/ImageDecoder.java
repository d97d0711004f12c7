package io.diffusion4j.diffusion.part;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.List;

/** Inverts the image encoder: P(x | z_i, y) (DALL-E 2, §2.1). */
@FunctionalInterface
public interface ImageDecoder {
  /** Draws one image for each embedding, in order. */
  List<Image> decode(
      List<Draw<Condition>> draws, SamplingSettings settings, SamplingListener listener);

  /**
   * What an image is decoded from.
   *
   * @param imageEmbedding an un-normalised CLIP image embedding
   * @param prompt the words; the empty prompt if there are none
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  record Condition(float[] imageEmbedding, Prompt prompt) {}
}
