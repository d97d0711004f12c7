package io.diffusion4j.serving.tls;

import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerTlsConfig;
import io.diffusion4j.client.tls.CertificateFiles;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

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
   * Until when the certificate in the file is good.
   *
   * @throws IOException if it cannot be read
   */
  public Instant expires() throws IOException {
    return CertificateFiles.certificates(own.certificates()).get(0).getNotAfter().toInstant();
  }

  /**
   * Reads the files, and has a server use them as they are now and will be.
   *
   * @throws IOException if one cannot be read
   * @throws IllegalArgumentException if one holds something else; the message names it
   */
  public Consumer<ServerBuilder> open() throws IOException {
    var certificates = new RenewedCertificates(this);
    var asked = clients.isPresent() ? ClientAuth.REQUIRE : ClientAuth.NONE;
    return server ->
        server.tlsProvider(certificates, ServerTlsConfig.builder().clientAuth(asked).build());
  }
}
