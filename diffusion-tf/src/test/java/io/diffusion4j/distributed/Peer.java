package io.diffusion4j.distributed;

import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.nn.train.group.GroupContract;
import io.diffusion4j.nn.train.group.PeerLostException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of a group, which does one thing, and can be killed. */
final class Peer implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;
  private final Path errors;

  private Peer(String cluster, int rank, String... work) throws IOException {
    errors = Files.createTempFile("peer", ".err");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-Xmx192m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
    command.add("-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Peer.class.getName(), cluster, String.valueOf(rank)));
    Collections.addAll(command, work);
    var builder = new ProcessBuilder(command).redirectError(errors.toFile());
    builder.environment().put("TF_CPP_MIN_LOG_LEVEL", "2");
    process = builder.start();
    output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Addresses of free ports. */
  static String cluster(int size) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    List<String> addresses = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      sockets.add(socket);
      addresses.add("127.0.0.1:" + socket.getLocalPort());
    }
    for (var socket : sockets) {
      socket.close();
    }
    return String.join(",", addresses);
  }

  static Peer start(String cluster, int rank, String... work) throws IOException {
    return new Peer(cluster, rank, work);
  }

  static List<Peer> startAll(int size, String... work) throws IOException {
    String cluster = cluster(size);
    List<Peer> peers = new ArrayList<>();
    for (int rank = 0; rank < size; rank++) {
      peers.add(start(cluster, rank, work));
    }
    return peers;
  }

  String next() throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new IOException("the process ended: " + errors());
    }
    return line;
  }

  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
  }

  /** The exit status; fails if it does not end in time. */
  int exit(Duration limit) throws InterruptedException, IOException {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IOException("still alive after " + limit);
    }
    return process.exitValue();
  }

  String errors() throws IOException {
    return Files.readString(errors);
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    Files.deleteIfExists(errors);
  }

  /** Arguments: addresses, rank, what to do, and numbers for it. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    var cluster = ClusterSpec.of(arguments[0], Integer.parseInt(arguments[1]));
    long number = arguments.length > 3 ? Long.parseLong(arguments[3]) : 0;
    int status = 0;
    try {
      if (arguments[2].equals("late")) {
        Thread.sleep(number);
      }
      var patience = new PeerTimeout(Duration.ofSeconds(30), Duration.ofSeconds(3));
      if (arguments[2].equals("impatient")) {
        patience = new PeerTimeout(Duration.ofMillis(number), Duration.ofSeconds(3));
      }
      try (var group = Collectives.join(cluster, patience)) {
        work(group, arguments[2], number);
      }
    } catch (PeerLostException e) {
      System.err.println(e.getMessage());
      status = LocalCluster.PEER_LOST;
    } catch (RuntimeException e) {
      System.err.println(e);
      status = 1;
    }
    System.err.flush();
    System.out.flush();
    Runtime.getRuntime().halt(status);
  }

  private static void work(Group group, String what, long number)
      throws IOException, InterruptedException {
    switch (what) {
      case "contract" -> GroupContract.check(group);
      case "size" -> group.buffer((int) number + group.rank()).sum();
      case "rounds" -> rounds(group, number);
      case "sums", "pauses" -> {
        float[] values = new float[what.equals("sums") ? 1 << 20 : 10];
        var buffer = group.buffer(values.length);
        for (int round = 0; ; round++) {
          buffer.put(0, values, 0, values.length);
          buffer.sum();
          System.out.println(round);
          if (what.equals("pauses")) {
            Thread.sleep(number);
          }
        }
      }
      default -> System.out.println(group.size());
    }
  }

  /** Prints threads and kilobytes after a tenth of the rounds, and after all. */
  private static void rounds(Group group, long rounds) throws IOException {
    float[] values = new float[70_000];
    var buffer = group.buffer(values.length);
    for (long round = 1; round <= rounds; round++) {
      if (round % 100 == 0) {
        values[3] = group.rank();
        buffer.put(0, values, 0, values.length);
        buffer.sum();
        buffer.get(0, values, 0, values.length);
      }
      if (group.any(false)) {
        throw new IllegalStateException("any: true (expected: false)");
      }
      if (round == rounds / 10 || round == rounds) {
        System.out.println(status("Threads:") + " " + status("VmRSS:"));
      }
    }
  }

  private static String status(String name) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.replaceAll("\\D", ""))
        .findFirst()
        .orElseThrow();
  }
}
