package io.diffusion4j.cli.options;

import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.serving.config.ProvenanceFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for the marks of written pictures. */
public final class ProvenanceOptions {
  @Option(
      names = "--sign",
      paramLabel = "FILE",
      description = "Sign the pixels and the recipe with this key; diffusion4j keygen creates one.")
  private @Nullable Path sign;

  @Option(
      names = "--watermark",
      paramLabel = "FILE",
      description =
          "Embed an invisible watermark with this key; diffusion4j keygen --watermark "
              + "creates one. The watermark changes the pixels slightly.")
  private @Nullable Path watermark;

  @Option(
      names = "--c2pa",
      paramLabel = "FILE",
      description =
          "Add a C2PA manifest signed with this certificate, a PEM file; requires --c2pa-key.")
  private @Nullable Path certificate;

  @Option(
      names = "--c2pa-key",
      paramLabel = "FILE",
      description = "The private key of the --c2pa certificate, a PEM file.")
  private @Nullable Path certificateKey;

  /**
   * Reads the keys.
   *
   * @throws IllegalArgumentException if a file cannot be used
   */
  public Provenance read() {
    try {
      return new ProvenanceFiles(
              Optional.ofNullable(sign),
              Optional.ofNullable(watermark),
              Optional.ofNullable(certificate),
              Optional.ofNullable(certificateKey))
          .read();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read a key: " + e, e);
    }
  }
}
