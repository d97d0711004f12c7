package io.diffusion4j.provenance;

import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;

/**
 * A public key whose signatures are trusted.
 *
 * @param key the key of Ed25519
 */
public record TrustedKey(PublicKey key) {
  private static final String ALGORITHM = "Ed25519";
  private static final String LABEL = "PUBLIC KEY";
  private static final int ID_DIGITS = 16;

  /**
   * Reads the file that {@link SigningKey#create} wrote beside the private key.
   *
   * @throws IOException if it cannot be read
   * @throws IllegalArgumentException if it contains something else
   */
  public static TrustedKey read(Path file) throws IOException {
    byte[] encoded = KeyFiles.read("key", file, LABEL);
    try {
      return new TrustedKey(
          KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(encoded)));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(Check.message("key", file, "a public key of Ed25519"), e);
    }
  }

  void write(Path file) throws IOException {
    Files.writeString(file, KeyFiles.pem(LABEL, key.getEncoded()), StandardOpenOption.CREATE_NEW);
  }

  /** Returns the id by which files name the key: the first 16 digits of its SHA-256. */
  public String id() {
    return Digests.of(key.getEncoded()).substring(0, ID_DIGITS);
  }

  /** Whether the key signed a statement. */
  boolean verifies(SignedStatement signed) {
    return verifies(signed.statement().signed(), signed.signature());
  }

  boolean verifies(byte[] bytes, byte[] signed) {
    try {
      var signature = Signature.getInstance(ALGORITHM);
      signature.initVerify(key);
      signature.update(bytes);
      return signature.verify(signed);
    } catch (SignatureException e) {
      return false; // not a signature at all
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK since 15 has Ed25519", e);
    }
  }
}
