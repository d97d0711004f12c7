package io.diffusion4j.client.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a server or client: a certificate and its key, as PEM files.
 *
 * @param certificates the certificate, and then those that lead from it to an authority, if any
 * @param key the private key, not encrypted
 */
public record CertificateFiles(Path certificates, Path key) {
  private static final byte[] PROBE = {1, 2, 3, 4};

  /**
   * The contents of the files.
   *
   * @param key the private key
   * @param chain the certificate of the key, followed by those that lead to an authority
   */
  public record Identity(PrivateKey key, List<X509Certificate> chain) {}

  /**
   * Reads both files.
   *
   * @throws IOException if one cannot be read
   * @throws IllegalArgumentException if one holds something else, or if they do not belong together
   */
  public Identity read() throws IOException {
    List<X509Certificate> chain = certificates(certificates);
    byte[] pem = Files.readAllBytes(key);
    PrivateKey own;
    try {
      own = PrivateKeys.parse(new String(pem, ISO_8859_1));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "key: " + key + " (expected: a private key in PEM, not encrypted)", e);
    }
    if (!belong(own, chain.get(0).getPublicKey())) {
      throw new IllegalArgumentException(
          "key: " + key + " (expected: the key of the certificate in " + certificates + ")");
    }
    return new Identity(own, chain);
  }

  /**
   * Returns the certificates of a file.
   *
   * @throws IOException if it cannot be read
   * @throws IllegalArgumentException if it holds something else
   */
  public static List<X509Certificate> certificates(Path file) throws IOException {
    byte[] pem = Files.readAllBytes(file);
    List<X509Certificate> read;
    try {
      read =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
    } catch (GeneralSecurityException e) {
      throw noCertificate(file, e);
    }
    if (read.isEmpty()) {
      throw noCertificate(file, null);
    }
    return read;
  }

  private static IllegalArgumentException noCertificate(Path file, @Nullable Exception cause) {
    return new IllegalArgumentException(
        "certificate: " + file + " (expected: X.509 certificates in PEM)", cause);
  }

  /** Whether the public key verifies signatures of the private key. */
  private static boolean belong(PrivateKey own, PublicKey certified) {
    if (!own.getAlgorithm().equals(certified.getAlgorithm())) {
      return false;
    }
    String algorithm =
        switch (own.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          case "DSA" -> "SHA256withDSA";
          default -> own.getAlgorithm(); // the Edwards curves sign under their own names
        };
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(own);
      signature.update(PROBE);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(PROBE);
      return signature.verify(signed);
    } catch (SignatureException e) {
      return false; // of another size
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "key: " + own.getAlgorithm() + " (expected: a key algorithm that this JVM supports)", e);
    }
  }
}
