package io.diffusion4j.serving.config;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Set;

/**
 * A request rate limit per client address, enforced before authentication.
 *
 * @param requestsPerMinute the sustained rate, at least 1
 * @param burst the number of requests that an idle address may send at once, at least 1; a fifth of
 *     a minute's by default
 * @param proxies the trusted proxies, as addresses or ranges such as {@code 10.0.0.0/8}; the header
 *     {@code X-Forwarded-For} is ignored in requests from all other addresses
 */
public record AddressRate(Integer requestsPerMinute, Integer burst, Set<String> proxies) {
  private static final int SHARE = 5;

  public AddressRate {
    if (requestsPerMinute == null) {
      throw Check.refusal("requestsPerMinute", "none", "a number ≥ 1");
    }
    burst = burst == null ? Math.max(1, requestsPerMinute / SHARE) : burst;
    proxies = proxies == null ? Set.of() : Set.copyOf(proxies);
    Check.that(requestsPerMinute >= 1, "requestsPerMinute", requestsPerMinute, "≥ 1");
    Check.that(burst >= 1, "burst", burst, "≥ 1");
    proxies.forEach(AddressRange::of); // throws for a malformed address or range
  }
}
