package io.diffusion4j.serving.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.InetAddresses;
import io.github.bucket4j.TimeMeter;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRatesTest {
  private static final InetAddress PEER = InetAddresses.forString("192.0.2.1");

  private final AtomicLong now = new AtomicLong();
  private final TimeMeter clock =
      new TimeMeter() {
        @Override
        public long currentTimeNanos() {
          return now.get();
        }

        @Override
        public boolean isWallClockBased() {
          return false;
        }
      };

  private AddressRates rates(String... proxies) {
    return new AddressRates(new AddressRate(60, 3, Set.of(proxies)), clock);
  }

  @Test
  void aBurstIsFollowedByTheRate() {
    var rates = rates();
    for (int i = 0; i < 3; i++) {
      assertThat(rates.count(PEER, "")).isEmpty();
    }
    assertThat(rates.count(PEER, "")).contains(Duration.ofSeconds(1));
    now.addAndGet(Duration.ofMillis(400).toNanos());
    assertThat(rates.count(PEER, "")).contains(Duration.ofMillis(600));
    now.addAndGet(Duration.ofMillis(600).toNanos());
    assertThat(rates.count(PEER, "")).isEmpty();
    assertThat(rates.count(PEER, "")).isPresent();
    assertThat(rates.count(InetAddresses.forString("192.0.2.2"), "")).isEmpty();
  }

  @Test
  void aNetworkOfIpv6IsOneAddress() {
    var rates = rates();
    for (int i = 0; i < 3; i++) {
      assertThat(rates.count(InetAddresses.forString("2001:db8::" + i), "")).isEmpty();
    }
    assertThat(rates.count(InetAddresses.forString("2001:db8::ffff:0:0:1"), "")).isPresent();
    assertThat(rates.count(InetAddresses.forString("2001:db8:0:1::1"), "")).isEmpty();
  }

  @Test
  void memoryIsBounded() {
    var rates = rates();
    for (int i = 0; i < 100_000; i++) {
      rates.count(InetAddresses.fromInteger(i), "");
    }
    assertThat(rates.known()).isLessThanOrEqualTo(1 << 16);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "192.0.2.1 | 198.51.100.7 | - | 192.0.2.1", // not from a trusted proxy
        "10.1.2.3 | 198.51.100.7 | 10.0.0.0/8 | 198.51.100.7",
        "10.1.2.3 | 203.0.113.9, 198.51.100.7 | 10.0.0.0/8 | 198.51.100.7", // claimed by the client
        "10.1.2.3 | 198.51.100.7, 10.9.9.9 | 10.0.0.0/8 | 198.51.100.7", // two proxies
        "10.1.2.3 | '' | 10.0.0.0/8 | 10.1.2.3",
        "10.1.2.3 | unknown | 10.0.0.0/8 | 10.1.2.3",
        "10.1.2.3 | 10.0.0.1 | 10.0.0.0/8 | 10.0.0.1",
        "11.1.2.3 | 198.51.100.7 | 10.0.0.0/8 | 11.1.2.3",
        "10.0.0.6 | 198.51.100.7 | 10.0.0.4/30 | 198.51.100.7",
        "10.0.0.8 | 198.51.100.7 | 10.0.0.4/30 | 10.0.0.8",
        "10.0.0.8 | 198.51.100.7 | ::/0 | 10.0.0.8",
        "fd00::1 | 2001:db8::7 | fd00::/8 | 2001:db8::7"
      })
  void forwardedAddressesAreBelievedOfProxiesOnly(
      String peer, String forwarded, String proxy, String client) {
    var rates = proxy == null ? rates() : rates(proxy);
    assertThat(rates.client(InetAddresses.forString(peer), forwarded))
        .isEqualTo(InetAddresses.forString(client));
  }

  @ParameterizedTest
  @ValueSource(strings = {"proxy.example", "10.0.0.0/", "10.0.0.0/x", "", "10.0.0/8"})
  void proxiesAreAddresses(String proxy) {
    assertThatThrownBy(() -> new AddressRate(1, 1, Set.of(proxy)))
        .hasMessage("proxies: " + proxy + " (expected: addresses, or ranges such as 10.0.0.0/8)");
  }

  @Test
  void rangesHaveAsManyBitsAsAddresses() {
    assertThatThrownBy(() -> new AddressRate(1, 1, Set.of("10.0.0.0/33")))
        .hasMessage("bits of 10.0.0.0: 33 (expected: 0 to 32)");
  }
}
