package io.diffusion4j.serving.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.serving.file.RecordComponents;
import io.diffusion4j.serving.file.StrictYaml.Megabytes;
import java.time.Duration;
import java.util.Optional;

/**
 * The limits that protect a server from all of its clients together.
 *
 * @param bodyBytes the memory for request bodies, in bytes, at least 10 MiB; requests that do not
 *     fit are refused. A body counts from its first byte until its response is complete. An eighth
 *     of the heap by default, since a decoded request is several times as large
 * @param jobBytes the memory for jobs, in bytes, at least 1 MiB: for requests that wait or run with
 *     all of their images, and for results that are kept for repeats. Requests that do not fit are
 *     refused. A quarter of the heap by default, at least 64 MiB; most images are far smaller than
 *     their bound
 * @param jobStoreBytes the bytes of all stored jobs, see {@link StoreLimits}
 * @param principalStoreBytes the bytes of the stored jobs of one principal
 * @param connections the largest number of open connections, at least 1; further connections wait
 *     to be accepted. 4,096 by default
 * @param requestCost the largest cost of one request for images, in megapixel steps, above 0;
 *     10,000 by default
 * @param call the time limit of a call without a deadline, above 0; an hour by default
 * @param address the rate limit of each client address; empty for no limit
 */
public record Limits(
    @JsonProperty("body-megabytes") @JsonDeserialize(converter = Megabytes.class) Long bodyBytes,
    @JsonProperty("job-megabytes") @JsonDeserialize(converter = Megabytes.class) Long jobBytes,
    @JsonProperty("job-store-megabytes") @JsonDeserialize(converter = Megabytes.class)
        Long jobStoreBytes,
    @JsonProperty("principal-store-megabytes") @JsonDeserialize(converter = Megabytes.class)
        Long principalStoreBytes,
    Integer connections,
    Double requestCost,
    @JsonProperty("call-seconds") Duration call,
    Optional<AddressRate> address) {
  /** The size of the largest request of any kind, which is a form with two images. */
  private static final long MIN_BODY_BYTES = 10L << 20;

  private static final long MIN_JOB_BYTES = 1L << 20;

  public Limits {
    long heap = Runtime.getRuntime().maxMemory();
    bodyBytes = bodyBytes == null ? Math.max(MIN_BODY_BYTES, heap / 8) : bodyBytes;
    jobBytes = jobBytes == null ? Math.max(64L << 20, heap / 4) : jobBytes;
    jobStoreBytes = jobStoreBytes == null ? StoreLimits.DEFAULT.bytes() : jobStoreBytes;
    principalStoreBytes =
        principalStoreBytes == null ? StoreLimits.DEFAULT.ownerBytes() : principalStoreBytes;
    connections = connections == null ? 4096 : connections;
    requestCost = requestCost == null ? 10_000 : requestCost;
    call = call == null ? Duration.ofHours(1) : call;
    Check.that(bodyBytes >= MIN_BODY_BYTES, "bodyBytes", bodyBytes, "≥ %s", MIN_BODY_BYTES);
    Check.that(jobBytes >= MIN_JOB_BYTES, "jobBytes", jobBytes, "≥ %s", MIN_JOB_BYTES);
    Check.that(connections >= 1, "connections", connections, "≥ 1");
    Check.that(requestCost > 0, "requestCost", requestCost, "> 0");
    Check.that(call.compareTo(Duration.ZERO) > 0, "call", call, "> 0");
    var unused = new StoreLimits(jobStoreBytes, principalStoreBytes); // checks both
  }

  /** Returns the default limits. */
  public static Limits defaults() {
    return RecordComponents.defaults(Limits.class);
  }

  /** Returns the limits of stored jobs. */
  public StoreLimits store() {
    return new StoreLimits(jobStoreBytes, principalStoreBytes);
  }

  /** Returns these limits with another memory limit for request bodies, in bytes. */
  public Limits withBodyBytes(long newBodyBytes) {
    return RecordComponents.with(this, "bodyBytes", newBodyBytes);
  }

  /** Returns these limits with another memory limit for jobs, in bytes. */
  public Limits withJobBytes(long newJobBytes) {
    return RecordComponents.with(this, "jobBytes", newJobBytes);
  }

  /** Returns these limits with another number of connections. */
  public Limits withConnections(int newConnections) {
    return RecordComponents.with(this, "connections", newConnections);
  }

  /** Returns these limits with another cost per request, in megapixel steps. */
  public Limits withRequestCost(double newRequestCost) {
    return RecordComponents.with(this, "requestCost", newRequestCost);
  }

  /** Returns these limits with another time limit for calls without a deadline. */
  public Limits withCall(Duration newCall) {
    return RecordComponents.with(this, "call", newCall);
  }

  /** Returns these limits with a rate limit per client address. */
  public Limits withAddress(AddressRate newAddress) {
    return RecordComponents.with(this, "address", Optional.of(newAddress));
  }
}
