package io.diffusion4j.serving.config;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.serving.address.AddressRate;
import java.time.Duration;
import java.util.Optional;

/**
 * The limits that protect a server from all of its clients together.
 *
 * @param bodyBytes the memory for request bodies, in bytes, at least 10 MiB; requests that do not
 *     fit are refused. A body counts from its first byte until its response is complete
 * @param jobBytes the memory for jobs, in bytes, at least 1 MiB: for requests that wait or run with
 *     all of their images, and for results that are kept for repeats. Requests that do not fit are
 *     refused
 * @param connections the largest number of open connections, at least 1; further connections wait
 *     to be accepted
 * @param requestCost the largest cost of one request for images, in megapixel steps, above 0
 * @param call the time limit of a call without a deadline, above 0
 * @param address the rate limit of each client address; empty for no limit
 * @param store the limits of stored jobs, for servers that have a store
 */
public record Limits(
    long bodyBytes,
    long jobBytes,
    int connections,
    double requestCost,
    Duration call,
    Optional<AddressRate> address,
    StoreLimits store) {
  /** The size of the largest request of any kind, which is a form with two images. */
  private static final long LEAST_BODY_BYTES = 10L << 20;

  private static final long LEAST_JOB_BYTES = 1L << 20;
  private static final long USUAL_JOB_BYTES = 64L << 20;

  /** Bodies get this fraction of the heap, since a decoded request is several times as large. */
  private static final int SHARE_OF_HEAP = 8;

  /** Jobs get this fraction of the heap; most images are far smaller than their bound. */
  private static final int JOBS_SHARE_OF_HEAP = 4;

  public Limits {
    Check.that(bodyBytes >= LEAST_BODY_BYTES, "bodyBytes", bodyBytes, "≥ %s", LEAST_BODY_BYTES);
    Check.that(jobBytes >= LEAST_JOB_BYTES, "jobBytes", jobBytes, "≥ %s", LEAST_JOB_BYTES);
    Check.that(connections >= 1, "connections", connections, "≥ 1");
    Check.that(requestCost > 0, "requestCost", requestCost, "> 0");
    Check.that(call.compareTo(Duration.ZERO) > 0, "call", call, "> 0");
  }

  /**
   * Returns the default limits: an eighth of the heap for bodies (at least 10 MiB), a quarter for
   * jobs (at least 64 MiB), 4,096 connections, 10,000 megapixel steps per request, an hour per
   * call, no limit per address, and {@link StoreLimits#USUAL}.
   */
  public static Limits usual() {
    return new Limits(
        Math.max(LEAST_BODY_BYTES, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP),
        Math.max(USUAL_JOB_BYTES, Runtime.getRuntime().maxMemory() / JOBS_SHARE_OF_HEAP),
        4096,
        10_000,
        Duration.ofHours(1),
        Optional.empty(),
        StoreLimits.USUAL);
  }

  /** Returns these limits with another memory limit for request bodies, in bytes. */
  public Limits withBodyBytes(long newBodyBytes) {
    return new Limits(newBodyBytes, jobBytes, connections, requestCost, call, address, store);
  }

  /** Returns these limits with another memory limit for jobs, in bytes. */
  public Limits withJobBytes(long newJobBytes) {
    return new Limits(bodyBytes, newJobBytes, connections, requestCost, call, address, store);
  }

  /** Returns these limits with another number of connections. */
  public Limits withConnections(int newConnections) {
    return new Limits(bodyBytes, jobBytes, newConnections, requestCost, call, address, store);
  }

  /** Returns these limits with another cost per request, in megapixel steps. */
  public Limits withRequestCost(double newRequestCost) {
    return new Limits(bodyBytes, jobBytes, connections, newRequestCost, call, address, store);
  }

  /** Returns these limits with another time limit for calls without a deadline. */
  public Limits withCall(Duration newCall) {
    return new Limits(bodyBytes, jobBytes, connections, requestCost, newCall, address, store);
  }

  /** Returns these limits with a rate limit per client address. */
  public Limits withAddress(AddressRate newAddress) {
    return new Limits(
        bodyBytes, jobBytes, connections, requestCost, call, Optional.of(newAddress), store);
  }

  /** Returns these limits with others of stored jobs. */
  public Limits withStore(StoreLimits newStore) {
    return new Limits(bodyBytes, jobBytes, connections, requestCost, call, address, newStore);
  }
}
