/**
 * Rate limits per client address, enforced before authentication.
 *
 * <p>Quotas limit principals, and a principal is known only after its token has been checked. A
 * client that guesses tokens, or floods the server with requests that are refused, never reaches a
 * quota. An {@link io.diffusion4j.serving.address.AddressRate} limits the requests of an address,
 * whether they have valid tokens or not:
 *
 * <pre>{@code
 * int perMinute = 600;
 * int burst = 120;
 * var rate = new AddressRate(perMinute, burst, Set.of("10.0.0.0/8")); // trusted proxies
 * var config = ServerConfig.loopback().withLimits(Limits.usual().withAddress(rate));
 * }</pre>
 *
 * <p>{@link io.diffusion4j.serving.address.AddressRates} keeps one token bucket per address, in
 * bounded memory. {@link io.diffusion4j.serving.http.HttpPort} checks it first, before hosts,
 * origins and credentials. A client that exceeds its rate receives {@code RESOURCE_EXHAUSTED} with
 * the reason {@code ADDRESS_RATE_EXCEEDED} (HTTP status 429) and the delay before a retry. Health
 * checks are not counted, so probes keep working.
 *
 * <p>Behind a proxy, all connections have the proxy's address. The server then takes the client's
 * address from the header {@code X-Forwarded-For}, but only if the proxy is trusted, because any
 * client can send such a header.
 *
 * <p>Deliberately absent: limits on connections per address, which belong in a firewall, and
 * counters shared by several servers.
 */
@NullMarked
package io.diffusion4j.serving.address;

import org.jspecify.annotations.NullMarked;
