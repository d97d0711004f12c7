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
 * Where the time of one call of a network goes, as TensorFlow recorded it, which runs it for that.
 *
 * @param name what was called
 * @param runs the operations, in the order in which they began
 */
public record Profile(String name, List<Run> runs) {
  /** Calls before the one that is recorded: the first one packs weights and optimises the graph. */
  private static final int WARM_UP = 3;

  public Profile {
    runs = List.copyOf(runs);
  }

  /** One operation as it ran. */
  record Run(String kind, String node, int thread, long startNanos, long nanos) {}

  /** All operations of a kind. */
  record Share(String kind, int count, long nanos) {
    private Share plus(Run run) {
      return new Share(kind, count + 1, nanos + run.nanos);
    }
  }

  /** Of a decoder's call. */
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

  /** The times that TensorFlow measured. */
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

  /** The kind in the label {@code name = Kind(inputs)}, or the name if there is none. */
  private static String kind(OperationTime time) {
    String label = time.label();
    int from = label.indexOf(" = ");
    int to = label.indexOf('(', from + 1);
    return from >= 0 && to > from ? label.substring(from + 3, to) : time.node();
  }

  /** The time of all operations together, which is more than the call's where they overlap. */
  long nanos() {
    return runs.stream().mapToLong(Run::nanos).sum();
  }

  /** The kinds that took longest, the longest first. */
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
