package io.diffusion4j.benchmarks.peers;

/** The outputs of the first contender, which those of the others are compared with. */
final class Reference {
  private float[] expected = {};

  /**
   * Returns the RMS difference to the reference, relative to the RMS of that. The first outputs are
   * the reference.
   *
   * @throws PeerException if these are the outputs of a peer, and rounding does not explain the
   *     difference
   */
  double error(EngineUnderTest contender, int batch, float[] actual) {
    if (expected.length == 0) {
      expected = actual;
    }
    double error = actual.length == expected.length ? relative(actual) : Double.NaN;
    if (!contender.isOurs() && !(error <= contender.tolerance())) {
      throw new PeerException(
          "%s in %s, batch %d: relative error %s (expected: ≤ %s)"
              .formatted(
                  contender.maker.title,
                  contender.precision.word(),
                  batch,
                  error,
                  contender.tolerance()));
    }
    return error;
  }

  private double relative(float[] actual) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < actual.length; i++) {
      double d = (double) actual[i] - expected[i];
      difference += d * d;
      norm += (double) expected[i] * expected[i];
    }
    return Math.sqrt(difference / norm);
  }
}
