package io.diffusion4j.provenance.c2pa;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.image.Jpeg;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.provenance.Pictures;
import io.diffusion4j.provenance.container.PictureFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The verifier of the C2PA project accepts what is written, and refuses what was changed. */
class ManifestSignerTest {
  @TempDir private Path folder = Path.of("");

  static Stream<Arguments> files() throws IOException {
    var image = Pictures.drawn(64, 1);
    return Stream.of(
        Arguments.of("image/png", Png.encode(image, Map.of())),
        Arguments.of("image/jpeg", Jpeg.encode(image, 0.9)),
        Arguments.of("image/webp", Pictures.webp("lossy")),
        Arguments.of("image/webp", Pictures.webp("transparent")));
  }

  @ParameterizedTest
  @MethodSource("files")
  void theVerifierFindsItValidAndTrustedWithTheAnchor(String type, byte[] file) throws Exception {
    byte[] signed = signed(file);
    assertThat(report(type, signed, List.of()))
        .contains("\"validation_state\": \"Valid\"")
        .contains("\"signingCredential.untrusted\"")
        .contains("digitalsourcetype/trainedAlgorithmicMedia");
    assertThat(report(type, signed, List.of(resource("authority.pem"))))
        .contains("\"validation_state\": \"Trusted\"");
  }

  @ParameterizedTest
  @MethodSource("files")
  void theVerifierFindsAChangedPixelInvalid(String type, byte[] file) throws Exception {
    byte[] signed = signed(file);
    int pixels = signed.length - 40; // before the end of a PNG and a JPEG file
    if (type.equals("image/webp")) {
      pixels = 60; // in the frame, which is small
    }
    signed[pixels] ^= 1;
    assertThat(report(type, signed, List.of()))
        .contains("\"validation_state\": \"Invalid\"")
        .contains("assertion.dataHash.mismatch");
  }

  @Test
  void theVerifierFindsAChangedClaimInvalid() throws Exception {
    byte[] signed = signed(Png.encode(Pictures.drawn(64, 1), Map.of()));
    String text = new String(signed, ISO_8859_1);
    signed[text.indexOf("xmp:iid:") + 10] ^= 1;
    assertThat(report("image/png", signed, List.of()))
        .contains("\"validation_state\": \"Invalid\"")
        .contains("claimSignature.mismatch");
  }

  @Test
  void certificatesThatVerifiersRefuseAreRefused() throws Exception {
    PrivateKey key = key();
    var now = Instant.parse("2026-06-01T00:00:00Z");
    assertThatThrownBy(() -> new ManifestSigner(key, certificates("expired.pem"), now))
        .hasMessage(
            "certificate: valid from 2020-01-01T00:00:00Z to 2021-01-01T00:00:00Z"
                + " (expected: one that is valid now)");
    assertThatThrownBy(() -> new ManifestSigner(key, certificates("useless.pem"), Instant.now()))
        .hasMessage(
            "certificate: with the extended key usage []"
                + " (expected: emailProtection or documentSigning)");
    assertThatThrownBy(() -> new ManifestSigner(key, certificates("authority.pem"), Instant.now()))
        .hasMessage("certificate: of an authority (expected: one of a signer)");
  }

  private static byte[] signed(byte[] file) throws Exception {
    var signer = new ManifestSigner(key(), certificates("signer.pem"), Instant.now());
    return signer.sign(PictureFile.of(file).withXmp("<x/>")).bytes();
  }

  private String report(String type, byte[] file, List<byte[]> anchors) throws Exception {
    return C2paVerifier.report(folder, type, file, anchors);
  }

  private static PrivateKey key() throws GeneralSecurityException, IOException {
    String pem = new String(resource("signer.key"), UTF_8).replaceAll("-----[^-]+-----", "");
    return KeyFactory.getInstance("EC")
        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem)));
  }

  private static List<X509Certificate> certificates(String name) throws Exception {
    try (InputStream in = ManifestSignerTest.class.getResourceAsStream(name)) {
      return List.of(
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = ManifestSignerTest.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }
}
