package io.diffusion4j.training;

import io.diffusion4j.data.DataSet;
import io.diffusion4j.data.DataSet.Use;

/** The parts of a model, in the order in which they must be trained. */
public enum Part {
  CLIP(Use.CONTRASTS),
  PRIOR(Use.CAPTIONED),
  /** The autoregressive prior, which a pipeline may have beside the other. */
  PRIOR_AR(Use.CAPTIONED),
  DECODER(Use.CAPTIONED),
  /** The upsampler's network for all steps but the last. */
  UPSAMPLER(Use.PICTURES),
  /** The upsampler's network for the last step, trained on from the first. */
  UPSAMPLER_LAST(Use.PICTURES);

  private final Use use;

  Part(Use use) {
    this.use = use;
  }

  /** What the part takes from a {@link DataSet}. */
  public Use use() {
    return use;
  }

  /** The name on the command line: {@code upsampler-last}. */
  public String word() {
    return Words.word(this);
  }
}
