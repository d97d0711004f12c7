package io.diffusion4j.cli.train;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.distributed.ClusterSpec;
import io.diffusion4j.distributed.Collectives;
import io.diffusion4j.distributed.LocalCluster;
import io.diffusion4j.distributed.PeerTimeout;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingConfig.Shares;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.nn.train.group.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options for training in several processes. */
final class ClusterOptions {
  private static final String PROCESSES = "--processes";

  /** The variable in which job schedulers describe a cluster. */
  private static final String ENVIRONMENT = "TF_CONFIG";

  private static final String COLLECTIVES = "io.diffusion4j.distributed.Collectives";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Option(
      names = PROCESSES,
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Train in N processes on this machine; each uses an equal part of the "
              + "processors. If a process is lost, all are restarted and resume from the "
              + "last saved state. Default: ${DEFAULT-VALUE}")
  private int processes;

  @Option(
      names = "--cluster",
      paramLabel = "HOST:PORT,...",
      description =
          "The addresses of all processes that train together, in the same order in "
              + "each process. Their ports must be reachable from a private network only. "
              + "Default: the addresses in the environment variable TF_CONFIG")
  private @Nullable String cluster;

  @Option(
      names = "--task",
      paramLabel = "I",
      description =
          "The index of this process in --cluster, from 0; required with --cluster. "
              + "Process 0 writes the state.")
  private @Nullable Integer task;

  @Option(
      names = "--exact",
      description =
          "Sum gradients over eight fixed shares of each batch. The weights are then "
              + "bit-identical for up to eight processes and any number of threads, but "
              + "training takes more time and memory. Without this option, the bits depend "
              + "on the total number of threads.")
  private boolean exact;

  @Option(
      names = "--sums",
      paramLabel = "FORMAT",
      description =
          "The number format in which processes exchange gradients: "
              + "${COMPLETION-CANDIDATES}. bf16 halves the traffic but rounds the gradients. "
              + "All processes still have the same weights, which depend on the number of "
              + "processes. Not with --exact. Default: the format of the resumed state, or "
              + "f32")
  private @Nullable Sums sums;

  @Option(
      names = "--peer-timeout",
      paramLabel = "S",
      defaultValue = "120",
      description =
          "The time in seconds after which an unresponsive process counts as lost. It "
              + "must exceed the time to save a state or to draw a sample. Default: "
              + "${DEFAULT-VALUE}")
  private double peerTimeout;

  @Option(
      names = "--patience",
      paramLabel = "S",
      defaultValue = "600",
      description =
          "The time in seconds to wait for the other processes to start. Default: "
              + "${DEFAULT-VALUE}")
  private double patience;

  /** The formats of exchanged gradients by their names on the command line. */
  enum Sums {
    f32(Wire.FLOAT32),
    bf16(Wire.BFLOAT16);

    private final Wire wire;

    Sums(Wire wire) {
      this.wire = wire;
    }
  }

  /** Whether this process only starts and monitors the training processes. */
  boolean isLauncher() {
    Check.that(processes >= 1, "processes", processes, "≥ 1");
    Check.that(
        processes == 1 || (cluster == null && task == null),
        "processes",
        processes,
        "1, beside --cluster and --task");
    requireExactSums();
    return processes > 1;
  }

  /** Runs the processes of this machine; returns the exit status. */
  int launch(Console console) {
    // The class of the program, as a start script names it.
    List<String> line = new ArrayList<>(List.of(command.root().userObject().getClass().getName()));
    line.addAll(arguments());
    requireCollectives("processes", processes);
    return SeveralProcesses.launch(processes, line, console);
  }

  /** Returns the command line without the number of processes. */
  private List<String> arguments() {
    List<String> all = command.root().commandLine().getParseResult().originalArgs();
    List<String> kept = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      String argument = all.get(i);
      if (argument.equals(PROCESSES)) {
        i++; // and its value
      } else if (!argument.startsWith(PROCESSES + "=")) {
        kept.add(argument);
      }
    }
    return kept;
  }

  /** Connects to the other processes, if there are any. */
  Group join(Console console) {
    Check.that(cluster != null || task == null, "task", task, "none without --cluster");
    if (cluster == null && !System.getenv().containsKey(ENVIRONMENT)) {
      return Group.alone();
    }
    Duration start = seconds("patience", patience);
    Duration peer = seconds("peer-timeout", peerTimeout);
    requireCollectives("cluster", cluster);
    return SeveralProcesses.join(cluster, task, start, peer, console);
  }

  /** Refuses several processes if their module is not on the class path. */
  private static void requireCollectives(String option, @Nullable Object value) {
    try {
      Class.forName(COLLECTIVES, false, ClusterOptions.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw Check.refusal(option, value, "none without diffusion4j-diffusion-tf on the class path");
    }
  }

  private static Duration seconds(String name, double value) {
    Check.positive(name, value);
    return Duration.ofMillis((long) Math.ceil(1000 * value));
  }

  /** Returns the settings of a training with the division of batches and the format of sums. */
  TrainingConfig of(TrainingConfig config) {
    requireExactSums();
    var summed = sums == null ? config : config.withSums(sums.wire);
    return exact ? summed.withSums(Wire.FLOAT32).withShares(Shares.FIXED) : summed;
  }

  private void requireExactSums() {
    Check.that(!exact || sums != Sums.bf16, "sums", sums, "f32 beside --exact");
  }

  /** Describes the share of a process. */
  static String share(String part, Group group, TrainingConfig config) {
    var share = config.share(group.rank(), group.size());
    return String.format(
        Locale.ROOT,
        "%s: process %d of %d, rows %d to %d of %d",
        part,
        group.rank(),
        group.size(),
        share.from(),
        share.to() - 1,
        config.batchSize());
  }

  /**
   * Starts and joins the processes of a training. Only this class needs {@code diffusion-tf}, and
   * it is loaded by a training in several processes only.
   */
  private static final class SeveralProcesses {
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
}
