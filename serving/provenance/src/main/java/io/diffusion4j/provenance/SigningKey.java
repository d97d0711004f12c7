package io.diffusion4j.provenance;

import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;

/**
 * The private key that signs pictures (Ed25519, RFC 8032), from a PEM file. Equal statements have
 * equal signatures.
 *
 * <p>The public key is beside it, in a file of the same name and {@code .pub}. It is all that is
 * needed to verify pictures.
 */
public final class SigningKey {
  private static final String ALGORITHM = "Ed25519";
  private static final String LABEL = "PRIVATE KEY";

  private final PrivateKey key;
  private final TrustedKey own;

  private SigningKey(PrivateKey key, TrustedKey own) {
    this.key = key;
    this.own = own;
  }

  /** Returns the file of the public key. */
  public static Path publicFile(Path file) {
    return file.resolveSibling(file.getFileName() + ".pub");
  }

  /**
   * Creates a key and writes both files, the private one readable by its owner only.
   *
   * @throws java.nio.file.FileAlreadyExistsException if one of them exists
   */
  public static SigningKey create(Path file) throws IOException {
    KeyPair pair;
    try {
      pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK since 15 has Ed25519", e);
    }
    var own = new TrustedKey(pair.getPublic());
    Path beside = publicFile(file);
    Check.that(!Files.exists(beside), "key", beside + ", which exists", "a new file");
    KeyFiles.writeSecret(file, LABEL, pair.getPrivate().getEncoded());
    own.write(beside);
    return new SigningKey(pair.getPrivate(), own);
  }

  /**
   * Reads a key and the public key beside it.
   *
   * @throws IOException if a file cannot be read
   * @throws IllegalArgumentException if others can access the private one, a file contains
   *     something else, or they do not belong together
   */
  public static SigningKey read(Path file) throws IOException {
    byte[] encoded = KeyFiles.readSecret("key", file, LABEL);
    TrustedKey own = TrustedKey.read(publicFile(file));
    PrivateKey key;
    try {
      key = KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          Check.message("key", file, "an Ed25519 key in PKCS #8, as keygen makes it"), e);
    }
    var read = new SigningKey(key, own);
    byte[] probe = {1, 2, 3};
    Check.that(
        own.verifies(probe, read.sign(probe)),
        "key",
        file,
        "the private key of %s",
        publicFile(file));
    return read;
  }

  /** Returns the public key. */
  public TrustedKey trusted() {
    return own;
  }

  /** Signs a statement. */
  SignedStatement sign(Statement statement) {
    return new SignedStatement(statement, own.id(), sign(statement.signed()));
  }

  private byte[] sign(byte[] bytes) {
    try {
      var signature = Signature.getInstance(ALGORITHM);
      signature.initSign(key);
      signature.update(bytes);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("an Ed25519 key signs anything", e);
    }
  }
}
