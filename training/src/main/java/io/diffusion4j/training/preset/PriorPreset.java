package io.diffusion4j.training.preset;

import io.diffusion4j.prior.PriorConfig;
import io.diffusion4j.training.strict.Faults;

/**
 * The diffusion prior.
 *
 * @param layers transformer blocks
 * @param heads attention heads
 * @param headWidth channels of a head
 * @param statistics the number of image embeddings that both priors take their statistics from
 * @param training how it is trained
 */
public record PriorPreset(int layers, int heads, int headWidth, int statistics, Schedule training) {
  public PriorPreset {
    new Faults()
        .require(layers >= 1, "layers", layers, "≥ 1")
        .require(heads >= 1, "heads", heads, "≥ 1")
        .require(headWidth >= 1, "head-width", headWidth, "≥ 1")
        .require(
            heads * headWidth % 2 == 0, "head-width", headWidth, "even, or an even number of heads")
        .require(statistics >= 2, "statistics", statistics, "≥ 2")
        .throwIfAny();
  }

  /** The network for embeddings and texts of a CLIP. */
  PriorConfig config(ClipPreset clip) {
    return new PriorConfig(heads, headWidth, layers, clip.embedding(), clip.text().length());
  }
}
