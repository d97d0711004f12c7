package io.diffusion4j.serving.config;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.net.InetAddresses;
import com.google.common.util.concurrent.UncheckedExecutionException;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/**
 * Counts the requests of each address against an {@link AddressRate}. Thread-safe.
 *
 * <p>IPv6 addresses are counted by their first {@value #NETWORK_BITS} bits, because providers
 * usually assign a network of that size to one customer. At most {@value #MAX_ADDRESSES} addresses
 * are tracked at a time. When the table is full, addresses that have been idle longest are evicted;
 * an evicted address starts again with a full burst.
 */
public final class AddressRates {
  private static final int MAX_ADDRESSES = 1 << 16;
  private static final int NETWORK_BITS = 64;

  private final AddressRate rate;
  private final List<AddressRange> proxies;
  private final TimeMeter clock;
  private final Cache<InetAddress, Bucket> buckets;

  /** Creates counters that use the system clock. */
  public AddressRates(AddressRate rate) {
    this(rate, TimeMeter.SYSTEM_NANOTIME);
  }

  AddressRates(AddressRate rate, TimeMeter clock) {
    this.rate = rate;
    this.proxies = rate.proxies().stream().map(AddressRange::of).toList();
    this.clock = clock;
    this.buckets = CacheBuilder.newBuilder().maximumSize(MAX_ADDRESSES).build();
  }

  /**
   * Counts a request.
   *
   * @param peer the address of the connection
   * @param forwarded the header {@code X-Forwarded-For}; empty if there is none
   * @return the time until the next permitted request if the client exceeds its rate, else empty
   */
  public Optional<Duration> count(InetAddress peer, String forwarded) {
    var probe = bucket(client(peer, forwarded)).tryConsumeAndReturnRemaining(1);
    return probe.isConsumed()
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(probe.getNanosToWaitForRefill()));
  }

  private Bucket bucket(InetAddress address) {
    try {
      return buckets.get(network(address), this::full);
    } catch (ExecutionException | UncheckedExecutionException e) {
      throw new IllegalStateException("a bucket cannot be made", e);
    }
  }

  private Bucket full() {
    return Bucket.builder()
        .withCustomTimePrecision(clock)
        .addLimit(
            limit ->
                limit
                    .capacity(rate.burst())
                    .refillGreedy(rate.requestsPerMinute(), Duration.ofMinutes(1)))
        .build();
  }

  /**
   * Returns the address of the client. This is the address of the connection, or, if a trusted
   * proxy opened the connection, the last address in the header that is not a trusted proxy.
   * Earlier addresses in the header come from the client and cannot be trusted.
   */
  InetAddress client(InetAddress peer, String forwarded) {
    InetAddress client = peer;
    String[] hops = forwarded.split(",", -1);
    for (int i = hops.length - 1; i >= 0 && isProxy(client); i--) {
      String hop = hops[i].strip();
      if (!InetAddresses.isInetAddress(hop)) {
        return client;
      }
      client = InetAddresses.forString(hop);
    }
    return client;
  }

  private boolean isProxy(InetAddress address) {
    return proxies.stream().anyMatch(range -> range.contains(address));
  }

  private static InetAddress network(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return address;
    }
    try {
      return InetAddress.getByAddress(AddressRange.prefix(address, NETWORK_BITS));
    } catch (java.net.UnknownHostException e) {
      throw new IllegalStateException("unexpected length of an address", e);
    }
  }

  /** Returns the number of tracked addresses. */
  long known() {
    buckets.cleanUp();
    return buckets.size();
  }
}
