package io.diffusion4j.provenance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.image.CompressedFormat;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.image.Resize;
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
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        Arguments.of("image/jpeg", CompressedFormat.JPEG.encode(image, 0.9)),
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

  @Test
  void anEditOpensAPictureAndIsAComposite() throws Exception {
    byte[] file = Png.encode(Pictures.drawn(64, 1), Map.of());
    byte[] edit =
        signer(InstantSource.system())
            .sign(MarkedFile.of(file), SourceType.COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA)
            .bytes();
    assertThat(report("image/png", edit, List.of(resource("authority.pem"))))
        .contains("\"validation_state\": \"Trusted\"")
        .contains("c2pa.opened", "c2pa.edited", "parentOf")
        .contains("digitalsourcetype/compositeWithTrainedAlgorithmicMedia")
        .doesNotContain("c2pa.created");
  }

  @Test
  void aResizedPictureIsTrusted() throws Exception {
    var provenance = Provenance.DECLARED.withManifest(signer(InstantSource.system()));
    var image = Pictures.drawn(64, 1);
    byte[] original =
        provenance.encode(image, Optional.empty(), SourceType.TRAINED_ALGORITHMIC_MEDIA);
    byte[] resized = provenance.encodeResized(Resize.bicubic(image, 96, 80), original);
    assertThat(report("image/png", resized, List.of(resource("authority.pem"))))
        .contains("\"validation_state\": \"Trusted\"")
        .contains("digitalsourcetype/trainedAlgorithmicMedia");
  }

  @Test
  void afterItsCertificateExpiredItDoesNotSign() throws Exception {
    Instant[] now = {Instant.now()};
    ManifestSigner signer = signer(() -> now[0]);
    var provenance = Provenance.DECLARED.withManifest(signer);
    var image = Pictures.drawn(64, 1);
    SourceType source = SourceType.TRAINED_ALGORITHMIC_MEDIA;
    byte[] before = provenance.encode(image, Optional.empty(), source);
    assertThat(MarkedFile.of(before).manifest()).isPresent();
    now[0] = signer.expiry().plusSeconds(1);
    byte[] after = provenance.encode(image, Optional.empty(), source);
    assertThat(MarkedFile.of(after).manifest()).isEmpty();
    assertThat(MarkedFile.of(after).xmp()).isPresent();
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
    assertThatThrownBy(() -> new ManifestSigner(key, certificates("expired.pem"), () -> now))
        .hasMessage(
            "certificate: valid from 2020-01-01T00:00:00Z to 2021-01-01T00:00:00Z"
                + " (expected: one that is valid now)");
    assertThatThrownBy(
            () -> new ManifestSigner(key, certificates("useless.pem"), InstantSource.system()))
        .hasMessage(
            "certificate: with the extended key usage []"
                + " (expected: emailProtection or documentSigning)");
    assertThatThrownBy(
            () -> new ManifestSigner(key, certificates("authority.pem"), InstantSource.system()))
        .hasMessage("certificate: of an authority (expected: one of a signer)");
  }

  private static byte[] signed(byte[] file) throws Exception {
    return signer(InstantSource.system())
        .sign(MarkedFile.of(file).withXmp("<x/>"), SourceType.TRAINED_ALGORITHMIC_MEDIA)
        .bytes();
  }

  private static ManifestSigner signer(InstantSource clock) throws Exception {
    return new ManifestSigner(key(), certificates("signer.pem"), clock);
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
