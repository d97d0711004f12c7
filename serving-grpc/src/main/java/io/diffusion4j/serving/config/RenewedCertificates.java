package io.diffusion4j.serving.config;

import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.TlsProvider;
import io.diffusion4j.client.tls.CertificateFiles;
import io.diffusion4j.serving.file.ReloadedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The certificates of a server, read again when their files change; used for each connection. */
final class RenewedCertificates implements TlsProvider {
  private static final Logger LOG = LoggerFactory.getLogger(RenewedCertificates.class);

  /** An expiry within this number of days is logged, since renewal should have happened by then. */
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
        tls.clients().isPresent() ? CertificateFiles.certificates(tls.clients().get()) : List.of();
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
