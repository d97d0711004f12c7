package io.diffusion4j.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicAddressesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "198.18.0.1",
        "192.0.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "2002:7f00:1::1",
        "64:ff9b::7f00:1"
      })
  void addressesOfThisMachineAndOfPrivateNetworksArePrivate(String digits)
      throws UnknownHostException {
    assertThat(PublicAddresses.isPrivate(InetAddress.getByName(digits))).isTrue();
    String host = digits.contains(":") ? "[" + digits + "]" : digits;
    assertThat(PublicAddresses.isPrivateName(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST", "a.localhost", "2130706433", "127.1", "0x7f.1"})
  void soAreNamesForThisMachine(String host) {
    assertThat(PublicAddresses.isPrivateName(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"8.8.8.8", "93.184.216.34", "[2606:4700::1111]", "app.example", "dead.be"})
  void othersAreNot(String host) {
    assertThat(PublicAddresses.isPrivateName(host)).isFalse();
  }
}
