package io.diffusion4j.provenance;

import io.diffusion4j.diffusion.digest.Sha256;
import io.diffusion4j.diffusion.image.Rgb8;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;

/** SHA-256 of pixels, texts and keys, in hexadecimal digits. */
final class Digests {
  private Digests() {}

  /**
   * Returns the digest of width, height (32 bits, big-endian) and the red, green and blue bytes.
   */
  static String of(Rgb8 image) {
    MessageDigest digest = Sha256.start();
    digest.update(ByteBuffer.allocate(8).putInt(image.width()).putInt(image.height()).array());
    digest.update(image.pixels());
    return HexFormat.of().formatHex(digest.digest());
  }

  static String of(String text) {
    return Sha256.hex(text);
  }

  static String of(byte[] bytes) {
    return Sha256.hex(bytes);
  }
}
