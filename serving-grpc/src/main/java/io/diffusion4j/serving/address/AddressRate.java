package io.diffusion4j.serving.address;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Set;

/**
 * A request rate limit per client address, enforced before authentication.
 *
 * @param requestsPerMinute the sustained rate, at least 1
 * @param burst the number of requests that an idle address may send at once, at least 1
 * @param proxies the trusted proxies, as addresses or ranges such as {@code 10.0.0.0/8}; the header
 *     {@code X-Forwarded-For} is ignored in requests from all other addresses
 */
public record AddressRate(int requestsPerMinute, int burst, Set<String> proxies) {
  public AddressRate {
    Check.that(requestsPerMinute >= 1, "requestsPerMinute", requestsPerMinute, "≥ 1");
    Check.that(burst >= 1, "burst", burst, "≥ 1");
    proxies.forEach(AddressRange::of); // throws for a malformed address or range
    proxies = Set.copyOf(proxies);
  }
}
