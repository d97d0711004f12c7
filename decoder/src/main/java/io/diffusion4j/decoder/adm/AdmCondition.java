package io.diffusion4j.decoder.adm;

import io.diffusion4j.diffusion.image.Image;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a network of guided-diffusion is told.
 *
 * @param label the class, of a class-conditional model
 * @param low the small image, enlarged bilinearly to the size of the large one, of an upsampler
 */
public record AdmCondition(OptionalInt label, Optional<Image> low) {
  /** Nothing. */
  public static AdmCondition none() {
    return new AdmCondition(OptionalInt.empty(), Optional.empty());
  }

  /** A class. */
  public static AdmCondition ofClass(int label) {
    return new AdmCondition(OptionalInt.of(label), Optional.empty());
  }

  /** The same with a small image, enlarged. */
  public AdmCondition beside(Image enlarged) {
    return new AdmCondition(label, Optional.of(enlarged));
  }
}
