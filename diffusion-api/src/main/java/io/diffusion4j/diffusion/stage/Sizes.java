package io.diffusion4j.diffusion.stage;

import io.diffusion4j.diffusion.argument.Check;

/**
 * The sizes of images that a stage can be asked for. A size that is no multiple of the unit is
 * rounded up.
 *
 * @param unit what width and height are multiples of
 * @param most the largest width or height
 */
public record Sizes(int unit, int most) {
  public Sizes {
    Check.that(unit >= 1, "unit", unit, "≥ 1");
    Check.that(most >= unit, "most", most, "≥ %s", unit);
  }

  /** The size that is drawn where this one is asked for. */
  public Pixels rounded(Pixels asked) {
    return new Pixels(rounded(asked.width()), rounded(asked.height()));
  }

  private int rounded(int length) {
    return Math.multiplyExact((length - 1) / unit + 1, unit);
  }

  /** Whether images of this size can be asked for. */
  public boolean offer(Pixels asked) {
    return asked.areDrawn() && Math.max(asked.width(), asked.height()) <= most;
  }

  /** The sizes that can be asked for, in words. */
  public String expected() {
    return "1 to " + most + " pixels wide and high";
  }
}
