package io.diffusion4j.emoji.train;

/** What can be trained, in the order in which it must be. */
public enum Part {
  CLIP,
  PRIOR,
  /** The autoregressive prior, which a pipeline may have beside the other. */
  PRIOR_AR,
  DECODER,
  /** The upsampler's network for all steps but the last. */
  UPSAMPLER,
  /** Its network for the last step, trained on from the first. */
  UPSAMPLER_LAST;

  /** As it is asked for: {@code upsampler-last}. */
  public String word() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }
}
