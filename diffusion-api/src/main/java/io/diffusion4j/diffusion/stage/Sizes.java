package io.diffusion4j.diffusion.stage;

import io.diffusion4j.diffusion.argument.Check;

/**
 * The image sizes that a stage supports. A size that is not a multiple of the unit is rounded up.
 *
 * @param unit the divisor of width and height
 * @param most the largest width or height
 */
public record Sizes(int unit, int most) {
  public Sizes {
    Check.that(unit >= 1, "unit", unit, "≥ 1");
    Check.that(most >= unit, "most", most, "≥ %s", unit);
  }

  /** Returns the drawn size for a requested one. */
  public Pixels rounded(Pixels asked) {
    return new Pixels(rounded(asked.width()), rounded(asked.height()));
  }

  private int rounded(int length) {
    return Math.multiplyExact((length - 1) / unit + 1, unit);
  }

  /** Whether this size may be requested. */
  public boolean offer(Pixels asked) {
    return asked.areDrawn() && Math.max(asked.width(), asked.height()) <= most;
  }

  /** Describes the supported sizes. */
  public String expected() {
    return "1 to " + most + " pixels wide and high";
  }
}
