package io.diffusion4j.jobs;

import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;

/** Recognises addresses of this machine and of private networks, which must not be called. */
final class PublicAddresses {
  private PublicAddresses() {}

  /** Whether a host is a private address in digits, or a name for this machine. */
  static boolean isPrivateName(String host) {
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    if (bare.equalsIgnoreCase("localhost")
        || bare.toLowerCase(Locale.ROOT).endsWith(".localhost")) {
      return true;
    }
    try {
      // Digits without a name: also forms such as 127.1 and 0x7f000001, which resolvers accept.
      boolean digits =
          InetAddresses.isInetAddress(bare)
              || bare.matches("(0[xX])?[0-9a-fA-F.]*[0-9.]|0[xX][0-9a-fA-F.]+");
      return digits && isPrivate(InetAddress.getByName(bare));
    } catch (UnknownHostException e) {
      return true; // digits that are no address
    }
  }

  /** Whether an address is of this machine or of a network that is not the internet. */
  static boolean isPrivate(InetAddress address) {
    if (address.isLoopbackAddress()
        || address.isAnyLocalAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return true;
    }
    byte[] bytes = address.getAddress();
    if (address instanceof Inet4Address) {
      int first = bytes[0] & 0xff;
      int second = bytes[1] & 0xff;
      return first == 0 // this network
          || (first == 100 && (second & 0xc0) == 64) // carriers' NAT, RFC 6598
          || (first == 192 && second == 0 && bytes[2] == 0) // protocols, RFC 6890
          || (first == 198 && (second & 0xfe) == 18) // benchmarks, RFC 2544
          || first >= 240; // reserved
    }
    Inet6Address six = (Inet6Address) address;
    boolean unique = (bytes[0] & 0xfe) == 0xfc; // RFC 4193
    return unique
        || (InetAddresses.hasEmbeddedIPv4ClientAddress(six)
            && isPrivate(InetAddresses.getEmbeddedIPv4ClientAddress(six)))
        || isNat64(bytes);
  }

  /** Whether it is an address of NAT64 (RFC 6052), which can lead to any other address. */
  private static boolean isNat64(byte[] bytes) {
    return bytes[0] == 0
        && bytes[1] == 0x64
        && (bytes[2] & 0xff) == 0xff
        && (bytes[3] & 0xff) == 0x9b;
  }
}
