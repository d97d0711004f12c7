package io.diffusion4j.benchmarks.peers;

import io.diffusion4j.benchmarks.report.RunCount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.hipparchus.stat.StatUtils;

/**
 * Measures all contenders on a network. Each has a process of its own, and they take turns, so that
 * other load affects all of them.
 *
 * @param contenders the contenders that this machine runs; the first is the reference
 * @param jars the jars of the peers
 * @param unpacked the folder where libtorch's libraries are unpacked
 * @param turns the turns of each contender at each batch size; the median counts
 * @param pace the calls of a turn
 * @param large the calls of the single turn of a large network
 */
record PeerMatch(
    List<EngineUnderTest> contenders,
    List<Path> jars,
    Path unpacked,
    int turns,
    RunCount pace,
    RunCount large) {
  PeerMatch {
    contenders = List.copyOf(contenders);
    jars = List.copyOf(jars);
  }

  /**
   * Measures a network.
   *
   * @param sink receives the rows of each batch size once they are complete
   * @throws PeerException if a peer computes something else
   */
  void play(PeerSubject subject, Consumer<List<PeerRow>> sink) throws IOException {
    double flops = subject.flops();
    if (subject.isLarge()) {
      for (int batch : subject.batches()) {
        sink.accept(alone(subject, batch, flops));
      }
      return;
    }
    List<PeerProcess> open = new ArrayList<>();
    try {
      for (EngineUnderTest contender : contenders) {
        open.add(PeerProcess.start(subject, contender, jars, unpacked));
      }
      for (int batch : subject.batches()) {
        sink.accept(byTurns(subject, batch, open, flops));
      }
    } finally {
      for (PeerProcess process : open) {
        process.close();
      }
    }
  }

  private List<PeerRow> alone(PeerSubject subject, int batch, double flops) throws IOException {
    var reference = new Reference();
    List<PeerRow> rows = new ArrayList<>();
    for (EngineUnderTest contender : contenders) {
      try (var process = PeerProcess.start(subject, contender, jars, unpacked)) {
        double error = reference.error(contender, batch, process.outputs(batch));
        rows.add(row(subject, batch, contender, flops, process.millis(batch, large), error));
      }
    }
    return rows;
  }

  private List<PeerRow> byTurns(
      PeerSubject subject, int batch, List<PeerProcess> open, double flops) throws IOException {
    var reference = new Reference();
    double[] errors = new double[open.size()];
    for (int i = 0; i < errors.length; i++) {
      PeerProcess process = open.get(i);
      errors[i] = reference.error(process.contender(), batch, process.outputs(batch));
    }
    double[][] millis = new double[open.size()][turns];
    for (int turn = 0; turn < turns; turn++) {
      for (int i = 0; i < millis.length; i++) {
        millis[i][turn] = open.get(i).millis(batch, pace);
      }
    }
    List<PeerRow> rows = new ArrayList<>();
    for (int i = 0; i < millis.length; i++) {
      var contender = open.get(i).contender();
      rows.add(
          row(subject, batch, contender, flops, StatUtils.percentile(millis[i], 50), errors[i]));
    }
    return rows;
  }

  private static PeerRow row(
      PeerSubject subject,
      int batch,
      EngineUnderTest contender,
      double flops,
      double millis,
      double error) {
    double gflops = flops * batch / millis / 1e6;
    return new PeerRow(subject.name(), batch, contender, millis, gflops, error);
  }
}
