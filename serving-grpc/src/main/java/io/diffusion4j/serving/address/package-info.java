/**
 * Limits of requests by address, which hold before anybody knows who calls.
 *
 * <p>Quotas are for principals, and take a token to be checked. Whoever guesses tokens, or floods a
 * server with requests that are refused, has none. An {@link
 * io.diffusion4j.serving.address.AddressRate} limits what an address may send, whoever it is:
 *
 * <pre>{@code
 * var rate = new AddressRate(600, 120, Set.of("10.0.0.0/8")); // a minute, at once, trusted proxies
 * var config = ServerConfig.loopback().withLimits(Limits.usual().withAddress(rate));
 * }</pre>
 *
 * <p>{@link io.diffusion4j.serving.address.AddressRates} counts, with a token bucket for each
 * address, in bounded memory. {@link io.diffusion4j.serving.http.HttpPort} asks it first, before
 * hosts, origins and credentials are looked at, and answers {@code RESOURCE_EXHAUSTED} ({@code
 * ADDRESS_RATE_EXCEEDED}, status 429) with the time to wait. Health is not counted, so that probes
 * go on.
 *
 * <p>Behind a proxy all requests have its address. The addresses that it forwards are believed of
 * trusted proxies only, as anybody can send such a header.
 *
 * <p>Deliberately absent: limits of connections by address, which a firewall sets better, and
 * counts that several servers share.
 */
@NullMarked
package io.diffusion4j.serving.address;

import org.jspecify.annotations.NullMarked;
