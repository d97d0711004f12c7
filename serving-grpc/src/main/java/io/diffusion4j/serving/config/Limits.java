package io.diffusion4j.serving.config;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.serving.address.AddressRate;
import java.time.Duration;
import java.util.Optional;

/**
 * What all clients of a server together may take of it.
 *
 * @param bodyBytes how many bytes of request bodies are held in memory at once; a request beyond
 *     that is refused. A body counts from its first byte until its answer is complete
 * @param connections how many clients are connected at once; more wait to be accepted
 * @param requestCost how many megapixel steps one request for images may cost
 * @param call how long a call without a deadline of its own may take
 * @param address how many requests each address may send; empty for as many as it likes
 */
public record Limits(
    long bodyBytes,
    int connections,
    double requestCost,
    Duration call,
    Optional<AddressRate> address) {
  /** The largest request of any kind, a form with two images. */
  private static final long LEAST_BODY_BYTES = 10L << 20;

  /** A decoded request takes several times the memory of its body. */
  private static final int SHARE_OF_HEAP = 8;

  public Limits {
    Check.that(bodyBytes >= LEAST_BODY_BYTES, "bodyBytes", bodyBytes, "≥ %s", LEAST_BODY_BYTES);
    Check.that(connections >= 1, "connections", connections, "≥ 1");
    Check.that(requestCost > 0, "requestCost", requestCost, "> 0");
    Check.that(call.compareTo(Duration.ZERO) > 0, "call", call, "> 0");
  }

  /**
   * An eighth of the heap for bodies, 4,096 connections, 10,000 megapixel steps for a request, and
   * an hour for a call; no limit for an address.
   */
  public static Limits usual() {
    return new Limits(
        Math.max(LEAST_BODY_BYTES, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP),
        4096,
        10_000,
        Duration.ofHours(1),
        Optional.empty());
  }

  public Limits withBodyBytes(long newBodyBytes) {
    return new Limits(newBodyBytes, connections, requestCost, call, address);
  }

  public Limits withConnections(int newConnections) {
    return new Limits(bodyBytes, newConnections, requestCost, call, address);
  }

  public Limits withRequestCost(double newRequestCost) {
    return new Limits(bodyBytes, connections, newRequestCost, call, address);
  }

  public Limits withCall(Duration newCall) {
    return new Limits(bodyBytes, connections, requestCost, newCall, address);
  }

  public Limits withAddress(AddressRate newAddress) {
    return new Limits(bodyBytes, connections, requestCost, call, Optional.of(newAddress));
  }
}
