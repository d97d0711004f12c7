package io.diffusion4j.cli.inspect;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.distributed.ClusterSpec;
import io.diffusion4j.distributed.Collectives;
import io.diffusion4j.distributed.PeerTimeout;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.nn.train.group.Wire;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;

/**
 * Examines a cluster before a training: name resolution, connections, equality of builds and
 * processors, and the time of sums. All processes run it together.
 */
record ClusterHealth(ClusterSpec cluster, String build) {
  /** The gradients of the decoder of the shipped model, in megabytes. */
  private static final double GRADIENTS = 79;

  private static final int MEGABYTE = 1_000_000 / Float.BYTES;
  private static final int LARGE = 10;

  /**
   * Examines and prints, in the first process.
   *
   * @throws IllegalArgumentException if a name does not resolve, or if builds differ
   * @throws io.diffusion4j.nn.train.group.PeerLostException if processes do not meet
   */
  void examine(Console console) {
    cluster.addresses().forEach(ClusterHealth::requireResolves);
    var sums = Collectives.meet(cluster, PeerTimeout.DEFAULT);
    var group = Group.of(sums);
    group.requireSame("build", build);
    var machines = group.exchange(machine());
    double millis = SumTime.medianMillis(sums, 1, Wire.FLOAT32, 50);
    double large = SumTime.medianMillis(sums, LARGE * MEGABYTE, Wire.FLOAT32, 5);
    if (group.isFirst()) {
      for (int rank = 0; rank < machines.size(); rank++) {
        console.print(
            "process " + rank + ": " + cluster.addresses().get(rank) + ", " + machines.get(rank));
      }
      boolean isUniform = machines.stream().map(ClusterHealth::kind).distinct().count() == 1;
      console.print(
          isUniform
              ? "processors: of one kind"
              : "processors: of different kinds (expected: one kind, or weights may differ)");
      console.print(
          String.format(
              Locale.ROOT,
              "sums: %.2f ms, and %.1f ms for a megabyte; %.0f ms a step for the %.0f MB of"
                  + " gradients of the emoji decoder, once more with Muon",
              millis,
              large / LARGE,
              GRADIENTS * large / LARGE,
              GRADIENTS));
    }
    group.close();
  }

  private static void requireResolves(String address) {
    String host = address.substring(0, address.lastIndexOf(':'));
    try {
      InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw Check.refusal("cluster", host, "a name that resolves on this machine");
    }
  }

  private static String machine() {
    return Processor.name() + ", " + Runtime.getRuntime().availableProcessors() + " processors";
  }

  private static String kind(String machine) {
    return machine.replaceAll(",.*", "").strip();
  }
}
