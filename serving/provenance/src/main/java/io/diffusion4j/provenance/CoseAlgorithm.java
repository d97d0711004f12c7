package io.diffusion4j.provenance;

import io.diffusion4j.diffusion.argument.Check;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;

/** The signature algorithms of COSE (RFC 9053) that C2PA allows and this package supports. */
enum CoseAlgorithm {
  ES256(-7, "SHA256withECDSAinP1363Format"),
  ES384(-35, "SHA384withECDSAinP1363Format"),
  ED25519(-8, "Ed25519");

  /** The identifier in COSE. */
  final int id;

  /** The name in Java. */
  final String java;

  CoseAlgorithm(int id, String java) {
    this.id = id;
    this.java = java;
  }

  /**
   * Returns the algorithm for the key of a certificate.
   *
   * @throws IllegalArgumentException if there is none
   */
  static CoseAlgorithm of(PublicKey key) {
    if (key instanceof ECPublicKey curve) {
      int bits = curve.getParams().getOrder().bitLength();
      if (bits == 256) {
        return ES256;
      }
      if (bits == 384) {
        return ES384;
      }
    } else if (key.getAlgorithm().equals("EdDSA")) {
      return ED25519;
    }
    throw Check.refusal(
        "certificate", "with a key of " + key.getAlgorithm(), "P-256, P-384 or Ed25519");
  }
}
