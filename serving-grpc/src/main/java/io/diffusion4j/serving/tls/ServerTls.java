package io.diffusion4j.serving.tls;

import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerTlsConfig;
import io.diffusion4j.client.tls.CertificateFiles;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a server encrypts, and from whom it takes calls.
 *
 * <p>The files are read again when they change, so a certificate can be renewed while the server
 * runs; a renewed one that cannot be used is told in the log, and the one before stays.
 *
 * @param own the certificate of the server and its key
 * @param clients a PEM file with the certificates of the authorities that clients' certificates are
 *     from, without one of which nobody connects; empty to ask for none
 */
public record ServerTls(CertificateFiles own, Optional<Path> clients) {
  /**
   * Reads the files.
   *
   * @throws IOException if one cannot be read
   * @throws IllegalArgumentException if one holds something else; the message names it
   */
  public Current open() throws IOException {
    return new Current(new RenewedCertificates(this), clients.isPresent());
  }

  /** The certificates as they are now and will be. */
  public static final class Current {
    private final RenewedCertificates certificates;
    private final boolean mutual;

    private Current(RenewedCertificates certificates, boolean mutual) {
      this.certificates = certificates;
      this.mutual = mutual;
    }

    /** Has a server use them. */
    public void addTo(ServerBuilder server) {
      server.tlsProvider(
          certificates,
          ServerTlsConfig.builder()
              .clientAuth(mutual ? ClientAuth.REQUIRE : ClientAuth.NONE)
              .build());
    }
  }
}
