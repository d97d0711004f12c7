package io.diffusion4j.diffusion.part;

import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.List;

/** Draws the CLIP image embedding that a text could belong to: P(z_i | y) (DALL-E 2, §2.2). */
@FunctionalInterface
public interface Prior {
  /**
   * Draws one image embedding for each prompt.
   *
   * @return un-normalised CLIP image embeddings, in order
   */
  List<float[]> sample(
      List<Draw<Prompt>> draws, SamplingSettings settings, SamplingListener listener);
}
