package io.diffusion4j.diffusion.loss;

/** The unit of the bound. */
final class Bits {
  private static final double LN2 = Math.log(2);

  private Bits() {}

  /** A sum of nats over dimensions, as bits for each of them. */
  static double perDimension(double nats, int dimensions) {
    return nats / dimensions / LN2;
  }
}
