package io.diffusion4j.decoder.unet;

import io.diffusion4j.diffusion.image.Image;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The condition of a network of guided-diffusion.
 *
 * @param label the class, for a class-conditional model
 * @param low the small image, enlarged bilinearly to the size of the large one, for an upsampler
 */
public record AdmCondition(OptionalInt label, Optional<Image> low) {
  /** Returns the empty condition, of an unconditional network. */
  public static AdmCondition none() {
    return new AdmCondition(OptionalInt.empty(), Optional.empty());
  }

  /** Conditions on a class. */
  public static AdmCondition ofClass(int label) {
    return new AdmCondition(OptionalInt.of(label), Optional.empty());
  }

  /** Returns the same condition with an enlarged small image. */
  public AdmCondition beside(Image enlarged) {
    return new AdmCondition(label, Optional.of(enlarged));
  }
}
