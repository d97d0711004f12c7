package io.diffusion4j.benchmarks.training;

import io.diffusion4j.benchmarks.networks.DecoderSubject;
import io.diffusion4j.benchmarks.networks.TrainingBenchmark;
import io.diffusion4j.cli.inspect.SumTime;
import io.diffusion4j.distributed.ClusterSpec;
import io.diffusion4j.distributed.Collectives;
import io.diffusion4j.distributed.LocalCluster;
import io.diffusion4j.distributed.PeerTimeout;
import io.diffusion4j.nn.train.Optimizer;
import io.diffusion4j.nn.train.group.AllReduce;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.nn.train.group.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.hipparchus.stat.StatUtils;

/**
 * One process of a measured group. Arguments: addresses, rank, a file for the figures of the first
 * process, the megabytes of sums and the formats in which numbers travel, both separated by commas,
 * rows and steps of training runs, and the folder of the trained model, empty for S.
 */
final class ClusterProcess {
  private static final int ROUNDS = 20;

  private ClusterProcess() {}

  public static void main(String[] arguments) throws IOException {
    var cluster = ClusterSpec.of(arguments[0], Integer.parseInt(arguments[1]));
    LocalCluster.followParent();
    Optional<TimedSums> sums =
        cluster.size() == 1
            ? Optional.empty()
            : Optional.of(new TimedSums(Collectives.meet(cluster, PeerTimeout.DEFAULT)));
    var wires = Arrays.stream(arguments[4].split(",", -1)).map(Wire::of).toList();
    Map<String, Double> figures = new LinkedHashMap<>();
    sums.ifPresent(
        all ->
            Arrays.stream(arguments[3].split(",", -1))
                .filter(size -> !size.isEmpty())
                .map(Double::valueOf)
                .sorted(Comparator.reverseOrder()) // so that small ones find compiled code
                .forEach(
                    size ->
                        wires.forEach(
                            wire ->
                                figures.put(
                                    "sum-" + size + "-" + wire.word(), sum(all, size, wire)))));
    var group = sums.<Group>map(Group::of).orElseGet(Group::alone);
    int rows = Integer.parseInt(arguments[5]);
    int steps = Integer.parseInt(arguments[6]);
    var subject =
        arguments[7].isEmpty() ? DecoderSubject.small() : DecoderSubject.of(Path.of(arguments[7]));
    for (var method : Optimizer.Method.values()) {
      for (Wire wire : wires) {
        train(subject, method, wire, group, sums, rows, steps, figures);
      }
    }
    if (group.isFirst()) {
      Files.writeString(
          Path.of(arguments[2]),
          figures.entrySet().stream()
              .map(figure -> figure.getKey() + " " + figure.getValue() + "\n")
              .collect(Collectors.joining()));
    }
    group.close();
    System.exit(0);
  }

  /** Returns the median milliseconds of a sum. */
  private static double sum(AllReduce sums, double megabytes, Wire wire) {
    int count = (int) Math.max(1, megabytes * 1e6 / Float.BYTES);
    return SumTime.medianMillis(sums, count, wire, ROUNDS);
  }

  private static void train(
      DecoderSubject subject,
      Optimizer.Method method,
      Wire wire,
      Group group,
      Optional<TimedSums> sums,
      int rows,
      int steps,
      Map<String, Double> figures) {
    var batch = TrainingBenchmark.batch(subject, rows);
    double[] whole = new double[steps];
    double[] between = new double[steps];
    double[] forward = new double[steps];
    try (var trainer = TrainingBenchmark.trainer(subject, rows, method, wire, group)) {
      for (int i = -2; i < steps; i++) {
        int at = Math.max(0, i);
        long begin = System.nanoTime();
        trainer.evaluate(batch);
        forward[at] = (System.nanoTime() - begin) / 1e6;
        sums.ifPresent(TimedSums::takeMillis);
        begin = System.nanoTime();
        trainer.step(batch);
        whole[at] = (System.nanoTime() - begin) / 1e6;
        between[at] = sums.map(TimedSums::takeMillis).orElse(0.0);
      }
    }
    String name = method.name().toLowerCase(Locale.ROOT) + "-" + wire.word();
    figures.put(name + "-step", StatUtils.percentile(whole, 50));
    figures.put(name + "-sums", StatUtils.percentile(between, 50));
    figures.put(name + "-forward", StatUtils.percentile(forward, 50));
  }
}
