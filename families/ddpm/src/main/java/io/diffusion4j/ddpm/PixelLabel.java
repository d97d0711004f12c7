package io.diffusion4j.ddpm;

import io.diffusion4j.decoder.unet.UnetConfig.Labels;
import io.diffusion4j.diffusion.argument.Check;
import java.util.List;

/** The class of an image, for networks with classes. */
public sealed interface PixelLabel {
  /** No class. */
  record None() implements PixelLabel {}

  /** Returns the class of a name, or none for an unknown one, which held-out pictures may have. */
  static PixelLabel of(List<String> classes, String name) {
    int number = classes.indexOf(name);
    return number < 0 ? new None() : new Numbered(number);
  }

  /**
   * Returns the row in the table of classes, or the class itself where it is a number.
   *
   * @throws IllegalArgumentException if it is not one of these classes
   */
  default int row(Labels labels) {
    int count = labels.count();
    if (this instanceof None && labels.hasNull()) {
      return count;
    }
    if (!(this instanceof Numbered numbered)) {
      throw Check.refusal("label", this, "the number of a class");
    }
    Check.that(
        count == 0 || numbered.number() < count, "label", numbered.number(), "in [0, %s)", count);
    return numbered.number();
  }

  /**
   * A class.
   *
   * @param number the number from 0
   */
  record Numbered(int number) implements PixelLabel {
    public Numbered {
      Check.that(number >= 0, "label", number, "≥ 0");
    }
  }

  /**
   * A vector in place of a class.
   *
   * @param values the values of the width of the time embedding; not copied
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  record Vector(float[] values) implements PixelLabel {}
}
