package io.diffusion4j.distributed;

import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The processes of a training on this machine. Each has its share of the processors. If one is
 * lost, all are started again, as a manager of a cluster would do.
 */
public final class LocalCluster {
  /**
   * The exit status of a process that lost another one, EX_TEMPFAIL of BSD: the same command
   * resumes when it is started again.
   */
  public static final int PEER_LOST = 75;

  private static final String PARENT = "diffusion4j.parent";
  private static final int MAX_RESTARTS = 10;

  /** The first exit status of a process killed by a signal. */
  private static final int SIGNALS = 128;

  /** The time in which processes must notice that another one has ended. */
  private static final long NOTICE_SECONDS = 30;

  /** The command line of a process. */
  @FunctionalInterface
  public interface Command {
    /** Returns the arguments of one process, from the name of the main class on. */
    List<String> arguments(ClusterSpec cluster);
  }

  private final int processes;
  private final Command command;
  private final Consumer<String> log;
  private final List<Process> running = new ArrayList<>();
  private boolean isStopping;

  /**
   * Prepares processes with the JVM, class path and flags of this one.
   *
   * @param log receives a line for each restart
   */
  public LocalCluster(int processes, Command command, Consumer<String> log) {
    Check.that(processes >= 2, "processes", processes, "≥ 2");
    this.processes = processes;
    this.command = command;
    this.log = log;
  }

  /**
   * Runs the processes until all have ended. If this process is stopped, so are they.
   *
   * @return 0 if all have succeeded, otherwise the status of a failed one
   */
  public int run() {
    var hook = new Thread(this::stop, "stop-processes");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      for (int restarts = 0; ; restarts++) {
        start();
        int status = await();
        boolean mayGoOn = status == PEER_LOST || status >= SIGNALS;
        if (!mayGoOn || isStopping() || restarts == MAX_RESTARTS) {
          return status;
        }
        log.accept(
            "a process was lost (status "
                + status
                + "); all are started again from the last state");
      }
    } finally {
      stop();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // It is running already.
      }
    }
  }

  private synchronized boolean isStopping() {
    return isStopping;
  }

  private synchronized void start() {
    running.clear();
    if (isStopping) {
      return;
    }
    List<String> addresses = ports().stream().map(port -> "127.0.0.1:" + port).toList();
    List<Integer> processors = processors();
    for (int rank = 0; rank < processes; rank++) {
      var cluster = new ClusterSpec(addresses, rank);
      var builder = new ProcessBuilder(line(cluster, share(processors, rank))).inheritIO();
      builder.environment().putIfAbsent("TF_CPP_MIN_LOG_LEVEL", "2");
      builder.environment().remove(ClusterSpec.TF_CONFIG);
      try {
        running.add(builder.start());
      } catch (IOException e) {
        throw new UncheckedIOException("cannot start process " + rank + ": " + e, e);
      }
    }
  }

  private List<String> line(ClusterSpec cluster, List<Integer> processors) {
    List<String> line = new ArrayList<>();
    if (Files.isExecutable(Path.of("/usr/bin/taskset")) && !processors.isEmpty()) {
      line.addAll(List.of("/usr/bin/taskset", "-c"));
      line.add(String.join(",", processors.stream().map(String::valueOf).toList()));
    }
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !flag.startsWith("-agentlib") && !flag.startsWith("-javaagent"))
        .filter(flag -> !flag.startsWith("-XX:ActiveProcessorCount"))
        .forEach(line::add);
    line.add("-XX:ActiveProcessorCount=" + Math.max(1, processors.size()));
    line.add("-D" + PARENT + "=" + ProcessHandle.current().pid());
    line.add("-cp");
    line.add(System.getProperty("java.class.path"));
    line.addAll(command.arguments(cluster));
    return line;
  }

  /** Returns one free port for each process. */
  private List<Integer> ports() {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < processes; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      List<Integer> ports = sockets.stream().map(ServerSocket::getLocalPort).toList();
      for (var socket : sockets) {
        socket.close();
      }
      return ports;
    } catch (IOException e) {
      throw new UncheckedIOException("no free port: " + e, e);
    }
  }

  /** Returns the processors that this process may use. */
  private static List<Integer> processors() {
    try {
      var status = Path.of("/proc/self/status");
      if (Files.exists(status)) {
        for (String line : Files.readAllLines(status)) {
          if (line.startsWith("Cpus_allowed_list:")) {
            return list(line.substring(line.indexOf(':') + 1).strip());
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read /proc/self/status: " + e, e);
    }
    return IntStream.range(0, Runtime.getRuntime().availableProcessors()).boxed().toList();
  }

  /** Parses numbers such as {@code 0-3,8}. */
  static List<Integer> list(String text) {
    List<Integer> numbers = new ArrayList<>();
    var ranges = Pattern.compile("([0-9]+)(?:-([0-9]+))?").matcher(text);
    while (ranges.find()) {
      int first = Integer.parseInt(ranges.group(1));
      int last = ranges.group(2) == null ? first : Integer.parseInt(ranges.group(2));
      IntStream.rangeClosed(first, last).forEach(numbers::add);
    }
    return numbers;
  }

  private List<Integer> share(List<Integer> processors, int rank) {
    int all = processors.size();
    return all < processes
        ? List.of(processors.get(rank % all))
        : processors.subList(all * rank / processes, all * (rank + 1) / processes);
  }

  private int await() {
    int status = 0;
    long end = Long.MAX_VALUE;
    try {
      while (running.stream().anyMatch(Process::isAlive)) {
        Thread.sleep(20);
        for (Process process : running) {
          if (!process.isAlive() && process.exitValue() != 0) {
            status = worse(status, process.exitValue());
            end = Math.min(end, System.nanoTime() + TimeUnit.SECONDS.toNanos(NOTICE_SECONDS));
          }
        }
        if (System.nanoTime() > end) {
          running.forEach(Process::destroyForcibly);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return PEER_LOST;
    }
    for (Process process : running) {
      status = worse(status, process.exitValue());
    }
    return status;
  }

  /** Permanent failures take precedence over those that a restart may fix. */
  private static int worse(int a, int b) {
    if (a == 0 || b == 0) {
      return Math.max(a, b);
    }
    boolean stays = a != PEER_LOST && a < SIGNALS;
    return stays ? a : b != PEER_LOST && b < SIGNALS ? b : Math.max(a, b);
  }

  /** Signals the processes to stop, and waits for them. */
  private void stop() {
    List<Process> asked;
    synchronized (this) {
      isStopping = true;
      asked = List.copyOf(running);
    }
    asked.forEach(Process::destroy);
    try {
      for (Process process : asked) {
        process.waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends this process if it belongs to a local cluster whose parent process has ended. */
  public static void followParent() {
    String parent = System.getProperty(PARENT, "");
    if (parent.isEmpty()) {
      return;
    }
    var handle = ProcessHandle.of(Long.parseLong(parent));
    var watch =
        new Thread(
            () -> {
              handle.ifPresent(process -> process.onExit().join());
              Runtime.getRuntime().halt(PEER_LOST);
            },
            "parent");
    watch.setDaemon(true);
    watch.start();
  }
}
