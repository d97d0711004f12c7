package io.diffusion4j.serving.config;

import com.google.common.net.InetAddresses;
import io.diffusion4j.diffusion.argument.Check;
import java.net.InetAddress;
import java.util.Arrays;

/**
 * A range of IP addresses with a common prefix.
 *
 * @param first an address of the range
 * @param bits the length of the common prefix, from 0 to the number of bits of an address
 */
record AddressRange(InetAddress first, int bits) {
  AddressRange {
    int most = Byte.SIZE * first.getAddress().length;
    Check.that(
        bits >= 0 && bits <= most, "bits of " + first.getHostAddress(), bits, "0 to %s", most);
  }

  /**
   * Parses an address, or a range in CIDR notation such as {@code 10.0.0.0/8}. Host names are not
   * resolved.
   *
   * @throws IllegalArgumentException if the text is neither an address nor a range
   */
  static AddressRange of(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    String bits = slash < 0 ? "" : text.substring(slash + 1);
    Check.that(
        InetAddresses.isInetAddress(address) && bits.matches("[0-9]{0,3}") && !text.endsWith("/"),
        "proxies",
        text,
        "addresses, or ranges such as 10.0.0.0/8");
    InetAddress first = InetAddresses.forString(address);
    return new AddressRange(
        first, bits.isEmpty() ? Byte.SIZE * first.getAddress().length : Integer.parseInt(bits));
  }

  /** Returns whether the range contains an address. */
  boolean contains(InetAddress address) {
    return Arrays.equals(prefix(address, bits), prefix(first, bits));
  }

  /** Returns the bytes of an address with all but the first {@code bits} bits set to 0. */
  static byte[] prefix(InetAddress address, int bits) {
    byte[] bytes = address.getAddress();
    for (int i = 0; i < bytes.length; i++) {
      int kept = Math.max(0, Math.min(Byte.SIZE, bits - Byte.SIZE * i));
      bytes[i] &= (byte) (0xFF << (Byte.SIZE - kept));
    }
    return bytes;
  }
}
