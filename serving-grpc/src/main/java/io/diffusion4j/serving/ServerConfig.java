package io.diffusion4j.serving;

import java.time.Duration;

/**
 * How a server runs.
 *
 * @param host the name or address to listen on
 * @param port the port to listen on; 0 lets the system choose one
 * @param workers how many batches are drawn at once
 * @param queueCapacity how many requests may wait
 * @param grace how long running work may go on when the server is shut down
 * @param logPrompts whether the log tells what was asked for in words, which may be private
 */
public record ServerConfig(
    String host, int port, int workers, int queueCapacity, Duration grace, boolean logPrompts) {
  /** The port unless another is given. */
  public static final int DEFAULT_PORT = 50051;

  public ServerConfig {
    if (host.isBlank()) {
      throw new IllegalArgumentException("host: \"" + host + "\" (expected: a name or an address)");
    }
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port: " + port + " (expected: 0 to 65535)");
    }
    if (workers < 1) {
      throw new IllegalArgumentException("workers: " + workers + " (expected: ≥ 1)");
    }
    if (queueCapacity < 1) {
      throw new IllegalArgumentException("queueCapacity: " + queueCapacity + " (expected: ≥ 1)");
    }
    if (grace.isNegative()) {
      throw new IllegalArgumentException("grace: " + grace + " (expected: ≥ 0)");
    }
  }

  /** This machine only, port {@value #DEFAULT_PORT}, 2 workers, 64 waiting, 30 s of grace. */
  public static ServerConfig loopback() {
    return new ServerConfig("127.0.0.1", DEFAULT_PORT, 2, 64, Duration.ofSeconds(30), false);
  }

  public ServerConfig withHost(String newHost) {
    return new ServerConfig(newHost, port, workers, queueCapacity, grace, logPrompts);
  }

  public ServerConfig withPort(int newPort) {
    return new ServerConfig(host, newPort, workers, queueCapacity, grace, logPrompts);
  }

  public ServerConfig withWorkers(int newWorkers) {
    return new ServerConfig(host, port, newWorkers, queueCapacity, grace, logPrompts);
  }

  public ServerConfig withQueueCapacity(int newQueueCapacity) {
    return new ServerConfig(host, port, workers, newQueueCapacity, grace, logPrompts);
  }

  public ServerConfig withGrace(Duration newGrace) {
    return new ServerConfig(host, port, workers, queueCapacity, newGrace, logPrompts);
  }

  public ServerConfig withLogPrompts(boolean newLogPrompts) {
    return new ServerConfig(host, port, workers, queueCapacity, grace, newLogPrompts);
  }
}
