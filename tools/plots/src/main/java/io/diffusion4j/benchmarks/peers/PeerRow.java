package io.diffusion4j.benchmarks.peers;

import java.util.List;
import java.util.OptionalDouble;

/**
 * The measured calls of one contender.
 *
 * @param batch samples of a call
 * @param millis the median time of a call
 * @param gflops 10⁹ floating-point operations per second
 * @param error the RMS difference of its outputs to the reference, relative to the RMS of that
 */
record PeerRow(
    String network,
    int batch,
    EngineUnderTest contender,
    double millis,
    double gflops,
    double error) {

  /**
   * Returns the speed of a row of ours relative to the fastest peer of the same network and batch:
   * in the same precision, or in any for 8-bit integers, which no peer has; empty for peers.
   */
  OptionalDouble overPeers(List<PeerRow> rows) {
    if (!contender.isOurs()) {
      return OptionalDouble.empty();
    }
    var peers =
        rows.stream()
            .filter(row -> row.network.equals(network) && row.batch == batch)
            .filter(row -> !row.contender.isOurs())
            .toList();
    boolean isShared =
        peers.stream().anyMatch(row -> row.contender.precision == contender.precision);
    var fastest =
        peers.stream()
            .filter(row -> !isShared || row.contender.precision == contender.precision)
            .mapToDouble(PeerRow::millis)
            .min();
    return fastest.isPresent()
        ? OptionalDouble.of(fastest.getAsDouble() / millis)
        : OptionalDouble.empty();
  }
}
