package io.diffusion4j.serving;

import com.google.common.base.Splitter;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A server in a process of its own, for tests that kill it. */
final class ToyServer implements AutoCloseable {
  private final Process process;
  private final int port;

  private ToyServer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Runs the server. Arguments: the port, and the milliseconds of a prediction of the decoder. */
  public static void main(String[] args) throws IOException, InterruptedException {
    int port = Integer.parseInt(args[0]);
    long pause = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(args[1]));
    try (var server =
        TestServer.wire(
            TestServer.CONFIG.withPort(port).withGrace(Duration.ofMinutes(2)),
            ToyModel.named("toy", query -> LockSupport.parkNanos(pause)))) {
      server.start();
      Runtime.getRuntime().addShutdownHook(new Thread(server::close)); // SIGTERM
      System.out.println("port " + server.port());
      server.awaitTermination();
    }
  }

  /**
   * Starts a process and waits until it listens.
   *
   * @param port 0 lets the system choose one
   * @param pause milliseconds of a prediction of the decoder
   * @param errors the file of its log
   */
  static ToyServer start(int port, int pause, ProcessBuilder.Redirect errors) throws IOException {
    return start(port, pause, "-Xmx512m", errors);
  }

  /**
   * Starts a process with this much memory.
   *
   * @param heap the JVM's flag for the heap
   */
  static ToyServer start(int port, int pause, String heap, ProcessBuilder.Redirect errors)
      throws IOException {
    List<String> command =
        List.of(
            System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
            heap,
            "-XX:+ExitOnOutOfMemoryError",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            ToyServer.class.getName(),
            Integer.toString(port),
            Integer.toString(pause));
    Process process = new ProcessBuilder(command).redirectError(errors).start();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String line = out.readLine();
    if (line == null) {
      throw new IOException("the server did not start: " + command);
    }
    return new ToyServer(process, Integer.parseInt(Splitter.on(' ').splitToList(line).get(1)));
  }

  int port() {
    return port;
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  /** Kills the process as {@code kill -9} does, and waits for its end. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Terminates the process by SIGTERM. */
  Process terminate() {
    process.destroy();
    return process;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
