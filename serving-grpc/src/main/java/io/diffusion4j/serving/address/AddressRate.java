package io.diffusion4j.serving.address;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Set;

/**
 * How many requests an address may send, before it is known who sends them.
 *
 * @param requestsPerMinute in the long run
 * @param burst how many at once, after a time without any
 * @param proxies addresses and ranges of addresses, such as {@code 10.0.0.0/8}, whose header {@code
 *     X-Forwarded-For} is believed
 */
public record AddressRate(int requestsPerMinute, int burst, Set<String> proxies) {
  public AddressRate {
    Check.that(requestsPerMinute >= 1, "requestsPerMinute", requestsPerMinute, "≥ 1");
    Check.that(burst >= 1, "burst", burst, "≥ 1");
    proxies.forEach(AddressRange::of); // which says what is wrong with it
    proxies = Set.copyOf(proxies);
  }
}
