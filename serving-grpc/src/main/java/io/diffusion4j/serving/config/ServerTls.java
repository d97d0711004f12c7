package io.diffusion4j.serving.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.TlsProvider;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerTlsConfig;
import io.diffusion4j.client.tls.CertificateFiles;
import io.diffusion4j.serving.file.ReloadedFiles;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS settings of a server.
 *
 * <p>The files are read again when they change, so a certificate can be renewed while the server
 * runs. If the new files cannot be used, the server logs an error and keeps the previous
 * certificate.
 *
 * @param own the certificate of the server and its private key
 * @param clients a PEM file with the certificates of authorities; clients must then present a
 *     certificate that one of them has issued. empty if clients need no certificate
 */
public record ServerTls(CertificateFiles own, Optional<Path> clients) {
  /**
   * Creates the settings from three files in PEM.
   *
   * @throws IllegalArgumentException if the certificate or its key is missing
   */
  @JsonCreator
  static ServerTls of(
      @JsonProperty("certificate") Optional<Path> certificate,
      @JsonProperty("key") Optional<Path> key,
      @JsonProperty("clients") Optional<Path> clients) {
    if (certificate.isEmpty() || key.isEmpty()) {
      throw new IllegalArgumentException(
          "without a "
              + (certificate.isEmpty() ? "certificate" : "key")
              + " (expected: a certificate and its key)");
    }
    return new ServerTls(new CertificateFiles(certificate.get(), key.get()), clients);
  }

  /**
   * Returns the time at which the certificate in the file expires.
   *
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if the file contains no certificate
   */
  public Instant expires() throws IOException {
    return CertificateFiles.certificates(own.certificates()).get(0).getNotAfter().toInstant();
  }

  /**
   * Reads the files and returns a customizer that applies them to a server. The server then follows
   * later changes of the files.
   *
   * @throws IOException if a file cannot be read
   * @throws IllegalArgumentException if a file has invalid contents; the message names the file
   */
  public Consumer<ServerBuilder> open() throws IOException {
    var certificates = new RenewedCertificates(this);
    var asked = clients.isPresent() ? ClientAuth.REQUIRE : ClientAuth.NONE;
    return server ->
        server.tlsProvider(certificates, ServerTlsConfig.builder().clientAuth(asked).build());
  }

  /** The certificates of a server, read again when their files change; used for each connection. */
  private static final class RenewedCertificates implements TlsProvider {
    private static final Logger LOG = LoggerFactory.getLogger(RenewedCertificates.class);

    /**
     * An expiry within this number of days is logged, since renewal should have happened by then.
     */
    private static final int SOON_DAYS = 14;

    private final ReloadedFiles<Read> read;

    private record Read(TlsKeyPair own, List<X509Certificate> clients) {}

    RenewedCertificates(ServerTls tls) throws IOException {
      List<Path> files = new ArrayList<>(List.of(tls.own().certificates(), tls.own().key()));
      tls.clients().ifPresent(files::add);
      read = new ReloadedFiles<>("certificates", files, () -> read(tls));
    }

    @Override
    public TlsKeyPair keyPair(String hostname) {
      return read.get().own();
    }

    @Override
    public List<X509Certificate> trustedCertificates(String hostname) {
      return read.get().clients();
    }

    private static Read read(ServerTls tls) throws IOException {
      List<X509Certificate> clients =
          tls.clients().isPresent()
              ? CertificateFiles.certificates(tls.clients().get())
              : List.of();
      CertificateFiles.Identity own = tls.own().read();
      logExpiry(tls.own().certificates(), own.chain().get(0));
      return new Read(TlsKeyPair.of(own.key(), own.chain()), clients);
    }

    private static void logExpiry(Path file, X509Certificate certificate) {
      Instant expires = certificate.getNotAfter().toInstant();
      long days = Duration.between(Instant.now(), expires).toDays();
      if (Instant.now().isAfter(expires)) {
        LOG.error("the certificate of {} expired at {}", file, expires);
      } else if (days < SOON_DAYS) {
        LOG.warn("the certificate of {} expires in {} days", file, days);
      }
    }
  }
}
