package io.diffusion4j.serving.tls;

import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.TlsProvider;
import io.diffusion4j.client.tls.CertificateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
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

  /** The shortest time between two checks of the files. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** An expiry within this number of days is logged, since renewal should have happened by then. */
  private static final int SOON_DAYS = 14;

  private final ServerTls tls;

  // The following fields are guarded by this.
  private Read read;
  private List<Version> seen;
  private long seenAt;

  private record Read(TlsKeyPair own, List<X509Certificate> clients) {}

  /** The state of a file, which differs after a change. */
  private record Version(Object file, long modified, long size) {}

  RenewedCertificates(ServerTls tls) throws IOException {
    this.tls = tls;
    seen = versions();
    seenAt = System.nanoTime();
    read = read();
  }

  @Override
  public TlsKeyPair keyPair(String hostname) {
    return now().own();
  }

  @Override
  public List<X509Certificate> trustedCertificates(String hostname) {
    return now().clients();
  }

  private synchronized Read now() {
    if (System.nanoTime() - seenAt >= PAUSE.toNanos()) {
      seenAt = System.nanoTime();
      renew();
    }
    return read;
  }

  private void renew() {
    try {
      List<Version> versions = versions();
      if (!versions.equals(seen)) {
        seen = versions;
        read = read();
        LOG.info("certificate renewed from {}", tls.own().certificates());
      }
    } catch (IOException | IllegalArgumentException e) { // such as half of a new pair
      LOG.error("certificate not renewed: {}", e.getMessage(), e);
    }
  }

  private Read read() throws IOException {
    List<X509Certificate> clients =
        tls.clients().isPresent() ? CertificateFiles.certificates(tls.clients().get()) : List.of();
    CertificateFiles.Identity own = tls.own().read();
    tellExpiry(own.chain().get(0));
    return new Read(TlsKeyPair.of(own.key(), own.chain()), clients);
  }

  private void tellExpiry(X509Certificate certificate) {
    Instant expires = certificate.getNotAfter().toInstant();
    long days = Duration.between(Instant.now(), expires).toDays();
    if (Instant.now().isAfter(expires)) {
      LOG.error("the certificate of {} expired at {}", tls.own().certificates(), expires);
    } else if (days < SOON_DAYS) {
      LOG.warn("the certificate of {} expires in {} days", tls.own().certificates(), days);
    }
  }

  private List<Version> versions() throws IOException {
    List<Path> files = new ArrayList<>(List.of(tls.own().certificates(), tls.own().key()));
    tls.clients().ifPresent(files::add);
    List<Version> versions = new ArrayList<>();
    for (Path file : files) {
      var about = Files.readAttributes(file, BasicFileAttributes.class);
      Object key = about.fileKey(); // differs after a file was replaced
      versions.add(
          new Version(key == null ? file : key, about.lastModifiedTime().toMillis(), about.size()));
    }
    return List.copyOf(versions);
  }
}
