package io.diffusion4j.benchmarks.networks;

import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.OperationTime;
import io.diffusion4j.nn.engine.Precision;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The time of one network call by operation, recorded by TensorFlow, which runs the network for
 * this purpose.
 *
 * @param name the network
 * @param runs the operations, in the order of their starts
 */
public record Profile(String name, List<Run> runs) {
  /** Warm-up calls: the first one packs weights and optimises the graph. */
  private static final int WARM_UP = 3;

  public Profile {
    runs = List.copyOf(runs);
  }

  /** A recorded operation. */
  record Run(String kind, String node, int thread, long startNanos, long nanos) {}

  /** The operations of one kind. */
  record Share(String kind, int count, long nanos) {
    private Share plus(Run run) {
      return new Share(kind, count + 1, nanos + run.nanos);
    }
  }

  /** Profiles a decoder's call. */
  public static Profile of(DecoderSubject subject, int batch, Precision precision) {
    try (var model = subject.loader().apply(Compute.of(precision).withEngine("tensorflow"))) {
      var denoiser = model.denoiser();
      var queries = DecoderBenchmark.queries(subject, batch);
      for (int i = 0; i < WARM_UP; i++) {
        denoiser.predict(queries);
      }
      String name =
          "decoder %s, batch %d, %s"
              .formatted(subject.name(), batch, precision.name().toLowerCase(Locale.ROOT));
      return of(name, denoiser.trace(queries));
    }
  }

  /** Returns the times that TensorFlow measured. */
  public static Profile of(String name, List<OperationTime> times) {
    List<Run> runs = new ArrayList<>();
    for (OperationTime time : times) {
      runs.add(
          new Run(
              kind(time),
              time.node(),
              Math.toIntExact(time.thread()),
              time.startNanos(),
              time.nanos()));
    }
    runs.sort(Comparator.comparingLong(Run::startNanos));
    return new Profile(name, runs);
  }

  /** Returns the kind in the label {@code name = Kind(inputs)}, or the name if there is no kind. */
  private static String kind(OperationTime time) {
    String label = time.label();
    int from = label.indexOf(" = ");
    int to = label.indexOf('(', from + 1);
    return from >= 0 && to > from ? label.substring(from + 3, to) : time.node();
  }

  /**
   * Returns the sum of all operations' times, which exceeds the call's time if operations overlap.
   */
  long nanos() {
    return runs.stream().mapToLong(Run::nanos).sum();
  }

  /** Returns the kinds with the largest times, the largest first. */
  List<Share> dearest(int count) {
    Map<String, Share> shares = new TreeMap<>();
    for (Run run : runs) {
      shares.merge(run.kind, new Share(run.kind, 1, run.nanos), (share, unused) -> share.plus(run));
    }
    return shares.values().stream()
        .sorted(Comparator.comparingLong(Share::nanos).reversed())
        .limit(count)
        .toList();
  }
}
