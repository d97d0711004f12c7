package io.diffusion4j.provenance;

import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret of a watermark: 32 random bytes. Both the embedder and the detector need it.
 *
 * <p>Not a record: its text must not contain the secret.
 */
public final class WatermarkKey {
  private static final String LABEL = "DIFFUSION4J WATERMARK KEY";
  private static final String ALGORITHM = "HmacSHA256";
  private static final int BYTES = 32;

  private final byte[] secret;

  private WatermarkKey(byte[] secret) {
    this.secret = secret;
  }

  /**
   * Returns the key with this secret.
   *
   * @param secret 32 bytes; copied
   */
  public static WatermarkKey of(byte[] secret) {
    Check.that(secret.length == BYTES, "secret", secret.length + " bytes", "%s", BYTES);
    return new WatermarkKey(secret.clone());
  }

  /**
   * Creates a key and writes it to a file that only its owner can read.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is such a file
   */
  public static WatermarkKey create(Path file) throws IOException {
    byte[] secret = new byte[BYTES];
    new SecureRandom().nextBytes(secret);
    KeyFiles.writeSecret(file, LABEL, secret);
    return new WatermarkKey(secret);
  }

  /**
   * Reads a key.
   *
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if others can access it, or it contains something else
   */
  public static WatermarkKey read(Path file) throws IOException {
    byte[] secret = KeyFiles.readSecret("watermark", file, LABEL);
    Check.that(secret.length == BYTES, "watermark", file, "a key of %s bytes", BYTES);
    return new WatermarkKey(secret);
  }

  /** Returns this many secret signs, each 1 or −1. */
  byte[] signs(int count) {
    byte[] signs = new byte[count];
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret, ALGORITHM));
      byte[] block = {};
      for (int i = 0; i < count; i++) {
        int bit = i % (8 * BYTES);
        if (bit == 0) {
          block = mac.doFinal(ByteBuffer.allocate(4).putInt(i / (8 * BYTES)).array());
        }
        signs[i] = (byte) ((block[bit / 8] >> bit % 8 & 1) == 0 ? 1 : -1);
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
    return signs;
  }
}
