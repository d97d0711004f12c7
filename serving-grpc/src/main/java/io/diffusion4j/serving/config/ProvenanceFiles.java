package io.diffusion4j.serving.config;

import io.diffusion4j.client.tls.CertificateFiles;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.provenance.KeyFiles;
import io.diffusion4j.provenance.ManifestSigner;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.provenance.SigningKey;
import io.diffusion4j.provenance.Watermark;
import io.diffusion4j.provenance.WatermarkKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/**
 * The keys of marks in the files of images.
 *
 * @param key signs pixels and recipes
 * @param watermark the secret of the invisible watermark
 * @param certificate the certificate of C2PA manifests, in PEM
 * @param certificateKey the key of the certificate, in PEM
 */
public record ProvenanceFiles(
    Optional<Path> key,
    Optional<Path> watermark,
    Optional<Path> certificate,
    Optional<Path> certificateKey) {
  /** No keys. */
  public static final ProvenanceFiles NONE =
      new ProvenanceFiles(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  /**
   * Reads the keys.
   *
   * @throws IOException if one cannot be read
   * @throws IllegalArgumentException if one cannot be used, or others can access it
   */
  public Provenance read() throws IOException {
    Provenance provenance = Provenance.DECLARED;
    if (key.isPresent()) {
      provenance = provenance.withKey(SigningKey.read(key.get()));
    }
    if (watermark.isPresent()) {
      provenance = provenance.withWatermark(new Watermark(WatermarkKey.read(watermark.get())));
    }
    if (certificate.isPresent() || certificateKey.isPresent()) {
      provenance = provenance.withManifest(manifest());
    }
    return provenance;
  }

  private ManifestSigner manifest() throws IOException {
    if (certificate.isEmpty() || certificateKey.isEmpty()) {
      throw Check.refusal(
          "c2pa",
          "without a " + (certificate.isEmpty() ? "certificate" : "key"),
          "a certificate and its key");
    }
    KeyFiles.requireSecret("key", certificateKey.get());
    var identity = new CertificateFiles(certificate.get(), certificateKey.get()).read();
    return new ManifestSigner(identity.key(), identity.chain(), InstantSource.system());
  }
}
