package io.diffusion4j.checkpoint.lora;

import io.diffusion4j.diffusion.argument.Check;
import java.nio.file.Path;

/**
 * A file of low-rank updates, with a scale.
 *
 * @param name its name in recipes and requests
 * @param file the file, or a folder as {@link Lora#open} takes it
 * @param scale 1 as it was trained; 0 is no update, and a negative scale reverses it
 */
public record LoraChoice(String name, Path file, double scale) {
  public LoraChoice {
    Check.that(Double.isFinite(scale), "scale of " + name, scale, "a finite number");
  }

  /** Returns the same file with another scale. */
  public LoraChoice withScale(double other) {
    return new LoraChoice(name, file, other);
  }
}
