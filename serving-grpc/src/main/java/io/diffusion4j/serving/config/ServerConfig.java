package io.diffusion4j.serving.config;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.serving.tls.ServerTls;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * How a server runs.
 *
 * @param host the name or address to listen on
 * @param port the port to listen on; 0 lets the system choose one
 * @param rows how many images are drawn at once, of all requests; each is a row of the calls of the
 *     networks
 * @param queueCapacity how many requests may wait
 * @param grace how long running work may go on when the server is shut down
 * @param receive how long a request may take to arrive
 * @param stall how long a client may take nothing of an answer that is there, before the answer is
 *     given up
 * @param logPrompts whether the log tells what was asked for in words, which may be private
 * @param reach who can reach it, and how
 * @param limits what all clients together may take of it
 */
public record ServerConfig(
    String host,
    int port,
    int rows,
    int queueCapacity,
    Duration grace,
    Duration receive,
    Duration stall,
    boolean logPrompts,
    Reach reach,
    Limits limits) {
  /** The port unless another is given. */
  public static final int DEFAULT_PORT = 50051;

  /** More rows are in no memory. */
  private static final int MOST_ROWS = 1024;

  private static final int MOST_WAITING = 100_000;

  /**
   * Who can reach a server, and how.
   *
   * @param tls how it encrypts; empty for plaintext
   * @param insecure whether plaintext is meant where other machines can listen in; without it, a
   *     server that does not encrypt takes calls of its own machine only
   * @param hosts the names by which requests may call the server, beside addresses and {@code
   *     localhost}; empty for every name, or, where only this machine reaches it, for no other
   * @param origins the other sites whose pages may ask, such as {@code https://app.example}
   */
  public record Reach(
      Optional<ServerTls> tls, boolean insecure, Set<String> hosts, Set<String> origins) {
    /** Plaintext on this machine, for no pages but the server's own. */
    public static final Reach LOCAL = new Reach(Optional.empty(), false, Set.of(), Set.of());

    public Reach {
      for (String origin : origins) {
        Check.that(
            origin.matches("https?://[^/\\s*]+"),
            "origins",
            origin,
            "origins such as https://app.example");
      }
      for (String host : hosts) {
        Check.that(
            host.matches("[a-z0-9]([a-z0-9.-]*[a-z0-9])?"),
            "hosts",
            host,
            "names such as draw.example, in small letters, without a port");
      }
      hosts = Set.copyOf(hosts);
      origins = Set.copyOf(origins);
    }

    public Reach withTls(ServerTls newTls) {
      return new Reach(Optional.of(newTls), insecure, hosts, origins);
    }

    public Reach withInsecure(boolean newInsecure) {
      return new Reach(tls, newInsecure, hosts, origins);
    }

    public Reach withHosts(Set<String> newHosts) {
      return new Reach(tls, insecure, newHosts, origins);
    }

    public Reach withOrigins(Set<String> newOrigins) {
      return new Reach(tls, insecure, hosts, newOrigins);
    }
  }

  public ServerConfig {
    Check.that(!host.isBlank(), "host", "\"" + host + "\"", "a name or an address");
    Check.that(port >= 0 && port <= 65535, "port", port, "0 to 65535");
    Check.that(rows >= 1 && rows <= MOST_ROWS, "rows", rows, "1 to %s", MOST_ROWS);
    Check.that(
        queueCapacity >= 1 && queueCapacity <= MOST_WAITING,
        "queueCapacity",
        queueCapacity,
        "1 to %s",
        MOST_WAITING);
    Check.that(!grace.isNegative(), "grace", grace, "≥ 0");
    Check.that(receive.compareTo(Duration.ZERO) > 0, "receive", receive, "> 0");
    Check.that(stall.compareTo(Duration.ZERO) > 0, "stall", stall, "> 0");
  }

  /**
   * This machine only, port {@value #DEFAULT_PORT}, 16 rows, 64 waiting, 30 s of grace, a minute
   * for a request to arrive, and one for a client to go on reading.
   */
  public static ServerConfig loopback() {
    return new ServerConfig(
        "127.0.0.1",
        DEFAULT_PORT,
        16,
        64,
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(1),
        false,
        Reach.LOCAL,
        Limits.usual());
  }

  public ServerConfig withHost(String newHost) {
    return new ServerConfig(
        newHost, port, rows, queueCapacity, grace, receive, stall, logPrompts, reach, limits);
  }

  public ServerConfig withPort(int newPort) {
    return new ServerConfig(
        host, newPort, rows, queueCapacity, grace, receive, stall, logPrompts, reach, limits);
  }

  public ServerConfig withRows(int newRows) {
    return new ServerConfig(
        host, port, newRows, queueCapacity, grace, receive, stall, logPrompts, reach, limits);
  }

  public ServerConfig withQueueCapacity(int newQueueCapacity) {
    return new ServerConfig(
        host, port, rows, newQueueCapacity, grace, receive, stall, logPrompts, reach, limits);
  }

  public ServerConfig withGrace(Duration newGrace) {
    return new ServerConfig(
        host, port, rows, queueCapacity, newGrace, receive, stall, logPrompts, reach, limits);
  }

  public ServerConfig withReceive(Duration newReceive) {
    return new ServerConfig(
        host, port, rows, queueCapacity, grace, newReceive, stall, logPrompts, reach, limits);
  }

  public ServerConfig withStall(Duration newStall) {
    return new ServerConfig(
        host, port, rows, queueCapacity, grace, receive, newStall, logPrompts, reach, limits);
  }

  public ServerConfig withLogPrompts(boolean newLogPrompts) {
    return new ServerConfig(
        host, port, rows, queueCapacity, grace, receive, stall, newLogPrompts, reach, limits);
  }

  public ServerConfig withReach(Reach newReach) {
    return new ServerConfig(
        host, port, rows, queueCapacity, grace, receive, stall, logPrompts, newReach, limits);
  }

  public ServerConfig withLimits(Limits newLimits) {
    return new ServerConfig(
        host, port, rows, queueCapacity, grace, receive, stall, logPrompts, reach, newLimits);
  }
}
