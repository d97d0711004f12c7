package io.diffusion4j.client.tls;

import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/**
 * The TLS settings of a client.
 *
 * @param trusted a PEM file with the certificates of trusted authorities; empty for Java's defaults
 * @param own the client's certificate and key, for a server that requires one
 */
public record ClientTls(Optional<Path> trusted, Optional<CertificateFiles> own) {
  /** Java's trusted authorities, without a client certificate. */
  public static final ClientTls DEFAULT = new ClientTls(Optional.empty(), Optional.empty());

  /** Returns the settings with the authorities of a PEM file in place of Java's. */
  public ClientTls withTrusted(Path authorities) {
    return new ClientTls(Optional.of(authorities), own);
  }

  /** Returns the settings with a certificate of the client. */
  public ClientTls withOwn(CertificateFiles files) {
    return new ClientTls(trusted, Optional.of(files));
  }

  /**
   * Returns these settings as credentials of a gRPC channel.
   *
   * @throws IOException if a file cannot be read
   * @throws IllegalArgumentException if one holds something else; the message names it
   */
  public ChannelCredentials credentials() throws IOException {
    var credentials = TlsChannelCredentials.newBuilder();
    try {
      if (trusted.isPresent()) {
        var unused = CertificateFiles.certificates(trusted.get()); // an error names the file
        credentials.trustManager(trusted.get().toFile());
      }
      if (own.isPresent()) {
        credentials.keyManager(keys(own.get().read()));
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a store of keys in memory", e);
    }
    return credentials.build();
  }

  private static KeyManager[] keys(CertificateFiles.Identity own)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    char[] none = new char[0];
    store.setKeyEntry("own", own.key(), none, own.chain().toArray(X509Certificate[]::new));
    var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, none);
    return factory.getKeyManagers();
  }
}
