package io.diffusion4j.diffusion.continuous;

/** What the SDEs ask of their numbers. */
final class Rates {
  private Rates() {}

  static void requirePositive(String name, double rate) {
    if (!(rate > 0 && rate < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + ": " + rate + " (expected: > 0 and finite)");
    }
  }
}
