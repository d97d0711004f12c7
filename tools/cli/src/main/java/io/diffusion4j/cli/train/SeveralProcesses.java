package io.diffusion4j.cli.train;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.distributed.ClusterSpec;
import io.diffusion4j.distributed.Collectives;
import io.diffusion4j.distributed.LocalCluster;
import io.diffusion4j.distributed.PeerTimeout;
import io.diffusion4j.nn.train.group.Group;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Starts and joins the processes of a training. Only this class needs {@code diffusion-tf}, and it
 * is loaded by a training in several processes only.
 */
final class SeveralProcesses {
  private SeveralProcesses() {}

  /**
   * Runs the processes of this machine; returns the exit status.
   *
   * @param command the main class and the arguments of each
   */
  static int launch(int processes, List<String> command, Console console) {
    var local =
        new LocalCluster(
            processes,
            spec -> {
              List<String> line = new ArrayList<>(command);
              line.addAll(List.of("--cluster", String.join(",", spec.addresses())));
              line.addAll(List.of("--task", String.valueOf(spec.rank())));
              return line;
            },
            console::say);
    return local.run();
  }

  /**
   * Connects to the other processes, if there are any.
   *
   * @param cluster the addresses; null for those of the environment
   * @param start how long to wait for the others to start
   * @param peer how long to wait for one that does not respond
   */
  static Group join(
      @Nullable String cluster,
      @Nullable Integer task,
      Duration start,
      Duration peer,
      Console console) {
    var spec = spec(cluster, task);
    if (spec.isEmpty() || spec.get().size() == 1) {
      return Group.alone();
    }
    LocalCluster.followParent();
    if (spec.get().rank() == 0) {
      console.say("waiting for " + (spec.get().size() - 1) + " other processes");
    }
    return Collectives.join(spec.get(), new PeerTimeout(start, peer));
  }

  private static Optional<ClusterSpec> spec(@Nullable String cluster, @Nullable Integer task) {
    if (cluster == null) {
      return ClusterSpec.ofTfConfig(System.getenv().getOrDefault(ClusterSpec.TF_CONFIG, ""));
    }
    if (task == null) {
      throw Check.refusal("task", "none", "the number of this process in --cluster");
    }
    return Optional.of(ClusterSpec.of(cluster, task));
  }
}
