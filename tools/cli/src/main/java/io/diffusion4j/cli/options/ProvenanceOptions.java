package io.diffusion4j.cli.options;

import io.diffusion4j.client.tls.CertificateFiles;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.provenance.KeyFiles;
import io.diffusion4j.provenance.ManifestSigner;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.provenance.SigningKey;
import io.diffusion4j.provenance.Watermark;
import io.diffusion4j.provenance.WatermarkKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for the marks of written pictures. */
public final class ProvenanceOptions {
  @Option(
      names = "--sign",
      paramLabel = "FILE",
      description = "Sign pixels and recipe with this key, which diffusion4j keygen creates.")
  private @Nullable Path sign;

  @Option(
      names = "--watermark",
      paramLabel = "FILE",
      description =
          "Embed the invisible watermark of this key, which diffusion4j keygen --watermark creates."
              + " It changes the pixels.")
  private @Nullable Path watermark;

  @Option(
      names = "--c2pa",
      paramLabel = "FILE",
      description = "Add a C2PA manifest, signed with this certificate (PEM) and --c2pa-key.")
  private @Nullable Path certificate;

  @Option(
      names = "--c2pa-key",
      paramLabel = "FILE",
      description = "The private key of the certificate, in PEM.")
  private @Nullable Path certificateKey;

  /** Whether any of them is given. */
  public boolean areGiven() {
    return sign != null || watermark != null || certificate != null || certificateKey != null;
  }

  /** Refuses these options together with a server, whose own settings apply. */
  public void requireNoneBeside(String server) {
    Check.that(!areGiven(), "server", server, "none beside --sign, --watermark and --c2pa");
  }

  /**
   * Reads the keys.
   *
   * @throws IllegalArgumentException if a file cannot be used
   */
  public Provenance read() {
    try {
      return read(sign, watermark, certificate, certificateKey);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read a key: " + e, e);
    }
  }

  /**
   * Reads keys from the files that are given.
   *
   * @throws IOException if one cannot be read
   * @throws IllegalArgumentException if one cannot be used, or others can access it
   */
  public static Provenance read(
      @Nullable Path sign,
      @Nullable Path watermark,
      @Nullable Path certificate,
      @Nullable Path certificateKey)
      throws IOException {
    Provenance provenance = Provenance.DECLARED;
    if (sign != null) {
      provenance = provenance.withKey(SigningKey.read(sign));
    }
    if (watermark != null) {
      provenance = provenance.withWatermark(new Watermark(WatermarkKey.read(watermark)));
    }
    Optional<ManifestSigner> manifest = manifest(certificate, certificateKey);
    return manifest.isPresent() ? provenance.withManifest(manifest.get()) : provenance;
  }

  private static Optional<ManifestSigner> manifest(
      @Nullable Path certificate, @Nullable Path certificateKey) throws IOException {
    if (certificate == null && certificateKey == null) {
      return Optional.empty();
    }
    if (certificate == null || certificateKey == null) {
      throw Check.refusal(
          "c2pa",
          "without a " + (certificate == null ? "certificate" : "key"),
          "a certificate and its key");
    }
    KeyFiles.requireSecret("key", certificateKey);
    var identity = new CertificateFiles(certificate, certificateKey).read();
    return Optional.of(
        new ManifestSigner(identity.key(), identity.chain(), InstantSource.system()));
  }
}
