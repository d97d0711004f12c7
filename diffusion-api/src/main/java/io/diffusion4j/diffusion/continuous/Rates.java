package io.diffusion4j.diffusion.continuous;

import io.diffusion4j.diffusion.argument.Check;

/** What the SDEs ask of their numbers. */
final class Rates {
  private Rates() {}

  static void requirePositive(String name, double rate) {
    Check.that(rate > 0 && rate < Double.POSITIVE_INFINITY, name, rate, "> 0 and finite");
  }
}
