package io.diffusion4j.client.tls;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads private keys in PEM: PKCS #8 (RFC 5208), and the older forms that OpenSSL writes for RSA
 * (PKCS #1, RFC 8017) and elliptic curves (SEC 1, RFC 5915). Java reads PKCS #8 only, so the others
 * are wrapped into it.
 */
final class PrivateKeys {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ((?:RSA |EC )?)PRIVATE KEY-----([^-]+)-----END");

  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS", "DSA");

  private static final int INTEGER = 0x02;
  private static final int OCTET_STRING = 0x04;
  private static final int SEQUENCE = 0x30;
  private static final int EC_PARAMETERS = 0xA0;

  /** 1.2.840.113549.1.1.1 and no parameters. */
  private static final byte[] RSA = {
    0x06,
    0x09,
    0x2A,
    (byte) 0x86,
    0x48,
    (byte) 0x86,
    (byte) 0xF7,
    0x0D,
    0x01,
    0x01,
    0x01,
    0x05,
    0x00
  };

  /** The object identifier 1.2.840.10045.2.1, which precedes that of the curve. */
  private static final byte[] EC = {
    0x06, 0x07, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 0x02, 0x01
  };

  private PrivateKeys() {}

  /** Returns the first private key of a text. */
  static PrivateKey parse(String pem) throws GeneralSecurityException {
    Matcher block = BLOCK.matcher(pem);
    if (!block.find()) {
      throw new InvalidKeySpecException("no private key");
    }
    byte[] der;
    try {
      der = Base64.getMimeDecoder().decode(block.group(2));
    } catch (IllegalArgumentException e) {
      throw new InvalidKeySpecException("not base64", e);
    }
    byte[] pkcs8 =
        switch (block.group(1)) {
          case "RSA " -> pkcs8(RSA, der);
          case "EC " -> pkcs8(concat(EC, curve(der)), der);
          default -> der;
        };
    return fromPkcs8(pkcs8);
  }

  private static PrivateKey fromPkcs8(byte[] pkcs8) throws GeneralSecurityException {
    var refused = new InvalidKeySpecException("a key of no known algorithm");
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (InvalidKeySpecException e) {
        refused.addSuppressed(e);
      }
    }
    throw refused;
  }

  private static byte[] pkcs8(byte[] algorithm, byte[] key) {
    return element(
        SEQUENCE,
        concat(
            element(INTEGER, new byte[] {0}),
            element(SEQUENCE, algorithm),
            element(OCTET_STRING, key)));
  }

  /** Returns the curve of an {@code ECPrivateKey}, as its parameters name it. */
  private static byte[] curve(byte[] der) throws InvalidKeySpecException {
    try {
      ByteBuffer fields = ByteBuffer.wrap(der);
      fields = content(fields, fields.get() & 0xFF, SEQUENCE);
      while (fields.hasRemaining()) {
        int tag = fields.get() & 0xFF;
        ByteBuffer field = content(fields, tag, tag);
        if (tag == EC_PARAMETERS) {
          byte[] curve = new byte[field.remaining()];
          field.get(curve);
          return curve;
        }
      }
    } catch (RuntimeException e) { // shorter than it says
      throw new InvalidKeySpecException("not an ECPrivateKey", e);
    }
    throw new InvalidKeySpecException("a key without its curve");
  }

  /** Returns the content of the element whose tag was just read; the buffer is moved past it. */
  private static ByteBuffer content(ByteBuffer from, int tag, int expected)
      throws InvalidKeySpecException {
    if (tag != expected) {
      throw new InvalidKeySpecException("tag: " + tag + " (expected: " + expected + ")");
    }
    int length = from.get() & 0xFF;
    if (length > 0x7F) {
      int bytes = length & 0x7F;
      length = 0;
      for (int i = 0; i < bytes; i++) {
        length = (length << 8) | (from.get() & 0xFF);
      }
    }
    ByteBuffer content = from.slice(from.position(), length);
    from.position(from.position() + length);
    return content;
  }

  private static byte[] element(int tag, byte[] content) {
    int length = content.length;
    byte[] header =
        length < 0x80
            ? new byte[] {(byte) tag, (byte) length}
            : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
    return concat(header, content);
  }

  private static byte[] concat(byte[]... parts) {
    int size = 0;
    for (byte[] part : parts) {
      size += part.length;
    }
    ByteBuffer all = ByteBuffer.allocate(size);
    for (byte[] part : parts) {
      all.put(part);
    }
    return all.array();
  }
}
