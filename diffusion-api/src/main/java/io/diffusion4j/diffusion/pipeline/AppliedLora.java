package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.argument.Check;

/**
 * A low-rank update (LoRA) that was added to a model's weights.
 *
 * @param name its name in recipes and requests
 * @param digest the content of its file, as {@code sha256:} and 64 hexadecimal digits
 * @param scale its factor: 1 as it was trained
 */
public record AppliedLora(String name, String digest, double scale) {
  public AppliedLora {
    Check.that(Double.isFinite(scale), "scale of " + name, scale, "a finite number");
  }

  /** Returns the name, the scale and the content: {@code style 0.8 of sha256:…}. */
  @Override
  public String toString() {
    return name + " " + scale + " of " + digest;
  }
}
