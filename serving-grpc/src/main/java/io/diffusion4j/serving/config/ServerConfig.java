package io.diffusion4j.serving.config;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.serving.tls.ServerTls;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * The settings of a server.
 *
 * @param host the name or address to listen on
 * @param port the port to listen on, 0 to 65535; 0 lets the system choose one
 * @param rows the number of images that are drawn at the same time, over all requests; the largest
 *     batch of a network, 1 to 1024
 * @param queueCapacity the number of requests that may wait, 1 to 100,000
 * @param grace the time for running work to finish at shutdown, at least 0
 * @param receive the time limit for receiving a request, above 0
 * @param stall the time after which a response is dropped if the client reads nothing of it, above
 *     0
 * @param logPrompts whether prompts, which may be private, are logged
 * @param reach the clients that can connect, and the encryption
 * @param limits the limits for all clients together
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
  /** The default port. */
  public static final int DEFAULT_PORT = 50051;

  /** The largest supported number of rows. */
  private static final int MOST_ROWS = 1024;

  private static final int MOST_WAITING = 100_000;

  /**
   * The clients that can connect to a server, and the encryption of their connections.
   *
   * @param tls the certificate of the server; empty for plaintext
   * @param insecure whether plaintext is permitted on addresses that other machines can reach;
   *     otherwise a server without TLS listens on loopback addresses only
   * @param hosts the accepted host names, in lower case and without a port. Numeric addresses and
   *     {@code localhost} are always accepted. If empty, a server on a loopback address accepts no
   *     other name, and every other server accepts all names
   * @param origins the sites whose pages may send requests, such as {@code https://app.example};
   *     pages of the server itself always may
   */
  public record Reach(
      Optional<ServerTls> tls, boolean insecure, Set<String> hosts, Set<String> origins) {
    /** Plaintext on a loopback address, without access for pages of other sites. */
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

    /** Returns a copy with TLS. */
    public Reach withTls(ServerTls newTls) {
      return new Reach(Optional.of(newTls), insecure, hosts, origins);
    }

    /** Returns a copy that permits or forbids plaintext on reachable addresses. */
    public Reach withInsecure(boolean newInsecure) {
      return new Reach(tls, newInsecure, hosts, origins);
    }

    /** Returns a copy with other accepted host names. */
    public Reach withHosts(Set<String> newHosts) {
      return new Reach(tls, insecure, newHosts, origins);
    }

    /** Returns a copy with other accepted origins. */
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
   * Returns the default settings: a loopback address, port {@value #DEFAULT_PORT}, 16 rows, 64
   * waiting requests, 30 seconds of grace, a minute to receive a request, and a minute for a client
   * to continue reading a response.
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

  /** Returns a copy with another host. */
  public ServerConfig withHost(String newHost) {
    return new ServerConfig(
        newHost, port, rows, queueCapacity, grace, receive, stall, logPrompts, reach, limits);
  }

  /** Returns a copy with another port. */
  public ServerConfig withPort(int newPort) {
    return new ServerConfig(
        host, newPort, rows, queueCapacity, grace, receive, stall, logPrompts, reach, limits);
  }

  /** Returns a copy with another number of rows. */
  public ServerConfig withRows(int newRows) {
    return new ServerConfig(
        host, port, newRows, queueCapacity, grace, receive, stall, logPrompts, reach, limits);
  }

  /** Returns a copy with another queue capacity. */
  public ServerConfig withQueueCapacity(int newQueueCapacity) {
    return new ServerConfig(
        host, port, rows, newQueueCapacity, grace, receive, stall, logPrompts, reach, limits);
  }

  /** Returns a copy with another shutdown time. */
  public ServerConfig withGrace(Duration newGrace) {
    return new ServerConfig(
        host, port, rows, queueCapacity, newGrace, receive, stall, logPrompts, reach, limits);
  }

  /** Returns a copy with another time limit for receiving a request. */
  public ServerConfig withReceive(Duration newReceive) {
    return new ServerConfig(
        host, port, rows, queueCapacity, grace, newReceive, stall, logPrompts, reach, limits);
  }

  /** Returns a copy with another time limit for reading a response. */
  public ServerConfig withStall(Duration newStall) {
    return new ServerConfig(
        host, port, rows, queueCapacity, grace, receive, newStall, logPrompts, reach, limits);
  }

  /** Returns a copy with prompts logged or not. */
  public ServerConfig withLogPrompts(boolean newLogPrompts) {
    return new ServerConfig(
        host, port, rows, queueCapacity, grace, receive, stall, newLogPrompts, reach, limits);
  }

  /** Returns a copy with another reach. */
  public ServerConfig withReach(Reach newReach) {
    return new ServerConfig(
        host, port, rows, queueCapacity, grace, receive, stall, logPrompts, newReach, limits);
  }

  /** Returns a copy with other limits. */
  public ServerConfig withLimits(Limits newLimits) {
    return new ServerConfig(
        host, port, rows, queueCapacity, grace, receive, stall, logPrompts, reach, newLimits);
  }
}
