package io.diffusion4j.client.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrivateKeysTest {
  /** The object identifier of the curve P-256, 1.2.840.10045.3.1.7. */
  private static final byte[] P256 = {
    0x06, 0x08, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 0x03, 0x01, 0x07
  };

  private static String pem(String what, byte[] der) {
    String lines = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(der);
    return "-----BEGIN " + what + "-----\n" + lines + "\n-----END " + what + "-----\n";
  }

  private static PrivateKey key(String algorithm, int bits) throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(bits);
    return generator.generateKeyPair().getPrivate();
  }

  @ParameterizedTest
  @CsvSource({"RSA, 2048", "EC, 256", "EC, 384", "Ed25519, 255"})
  void aKeyInPkcs8IsRead(String algorithm, int bits) throws GeneralSecurityException {
    PrivateKey key = key(algorithm, bits);
    assertThat(PrivateKeys.parse(pem("PRIVATE KEY", key.getEncoded())).getEncoded())
        .isEqualTo(key.getEncoded());
  }

  @Test
  void anRsaKeyInPkcs1IsRead() throws GeneralSecurityException {
    var key = (RSAPrivateKey) key("RSA", 2048);
    byte[] pkcs8 = key.getEncoded();
    byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length); // after what PKCS #8 puts before it
    var read = (RSAPrivateKey) PrivateKeys.parse(pem("RSA PRIVATE KEY", pkcs1));
    assertThat(read.getModulus()).isEqualTo(key.getModulus());
    assertThat(read.getPrivateExponent()).isEqualTo(key.getPrivateExponent());
  }

  @Test
  void anEllipticKeyInSec1IsReadWithTheParametersThatOpenSslPutsBefore()
      throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    var key = (ECPrivateKey) generator.generateKeyPair().getPrivate();
    byte[] s = new byte[32];
    byte[] value = key.getS().toByteArray();
    int length = Math.min(32, value.length);
    System.arraycopy(value, value.length - length, s, 32 - length, length);
    byte[] sec1 =
        ByteBuffer.allocate(2 + 3 + 2 + 32 + 2 + P256.length)
            .put(new byte[] {0x30, (byte) (3 + 2 + 32 + 2 + P256.length), 0x02, 0x01, 0x01})
            .put(new byte[] {0x04, 32})
            .put(s)
            .put(new byte[] {(byte) 0xA0, (byte) P256.length})
            .put(P256)
            .array();
    String pem = pem("EC PARAMETERS", P256) + pem("EC PRIVATE KEY", sec1);
    var read = (ECPrivateKey) PrivateKeys.parse(pem);
    assertThat(read.getS()).isEqualTo(key.getS());
    assertThat(read.getParams().getCurve()).isEqualTo(key.getParams().getCurve());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "not a key",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----\n",
        "-----BEGIN EC PRIVATE KEY-----\nMP8=\n-----END EC PRIVATE KEY-----\n",
        "-----BEGIN EC PRIVATE KEY-----\nMAMCAQE=\n-----END EC PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\nMAA=\n-----END RSA PRIVATE KEY-----\n",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n"
      })
  void anythingElseIsNone(String pem) {
    assertThatThrownBy(() -> PrivateKeys.parse(pem)).isInstanceOf(GeneralSecurityException.class);
  }
}
