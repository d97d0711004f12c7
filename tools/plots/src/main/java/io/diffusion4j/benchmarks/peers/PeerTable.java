package io.diffusion4j.benchmarks.peers;

import io.diffusion4j.benchmarks.report.Table;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** Prints rows, with the speed of ours relative to the fastest peer. */
final class PeerTable {
  private static final String NAME = "%-10s %5s  %-13s %-5s";
  private static final String CELL = " %10s";

  private PeerTable() {}

  static void printHeader(PrintWriter out) {
    Table.line(
        out,
        NAME.formatted("", "batch", "engine", ""),
        CELL,
        Stream.of("ms", "GFLOP/s", "fraction", "over peers", "error"));
  }

  /**
   * Prints the rows of a network and a batch size.
   *
   * @param peak the convolution peak in GFLOP/s
   */
  static void print(PrintWriter out, List<PeerRow> rows, double peak) {
    for (PeerRow row : rows) {
      OptionalDouble over = row.overPeers(rows);
      Table.line(
          out,
          NAME.formatted(
              row.network(),
              row.batch(),
              row.contender().maker.title,
              row.contender().precision.word()),
          CELL,
          Stream.of(
              format("%.2f", row.millis()),
              format("%.1f", row.gflops()),
              format("%.3f", row.gflops() / peak),
              over.isPresent() ? format("%.2f", over.getAsDouble()) : "",
              format("%.1e", row.error())));
    }
  }

  private static String format(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
