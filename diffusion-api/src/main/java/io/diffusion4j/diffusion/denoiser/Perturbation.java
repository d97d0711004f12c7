package io.diffusion4j.diffusion.denoiser;

import java.util.List;
import java.util.Locale;

/**
 * What is left out of a network for a worse prediction p, from which guidance leads away.
 *
 * @param part what is left out of each of the layers
 * @param layers the layers of self-attention, counted from 0 in the order of the network; empty for
 *     the middle one of those with the fewest tokens, but more than one: usually the attention in
 *     the middle of a U-Net
 */
public record Perturbation(Part part, List<Integer> layers) {
  public Perturbation {
    layers = List.copyOf(layers);
  }

  /** The parts that can be left out. */
  public enum Part {
    /**
     * The map of self-attention, which becomes the identity: each token has its own value only
     * (perturbed-attention guidance, Ahn et al. 2024). Tokens of the condition, which a decoder's
     * attention reads beside those of the image, are left out with it.
     */
    ATTENTION,
    /** The block around the attention, which passes its input on (skip-layer guidance). */
    BLOCK;

    /** Returns the name in settings. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
