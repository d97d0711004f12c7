package io.diffusion4j.cli.options;

import io.diffusion4j.client.Connection;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.tls.CertificateFiles;
import io.diffusion4j.client.tls.ClientTls;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for the connection to a server. */
public final class ConnectionOptions {
  @Option(
      names = "--tls",
      description = "Connect with TLS, and trust Java's certificate authorities, or those of --ca.")
  private boolean tls;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "Connect with TLS, and trust only the certificates in this PEM file.")
  private @Nullable Path authorities;

  @Option(
      names = "--certificate",
      paramLabel = "FILE",
      description =
          "Connect with TLS, and authenticate with this client certificate, a PEM "
              + "file; requires --key.")
  private @Nullable Path certificate;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "The private key of --certificate, a PEM file.")
  private @Nullable Path key;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "Authenticate with the token in this file.")
  private @Nullable Path token;

  /** Refuses these options without a server. */
  public void check(@Nullable String server) {
    Check.that(
        server != null || !(isTls() || token != null),
        "server",
        "none",
        "a server, for options of its connection");
  }

  private boolean isTls() {
    return tls || authorities != null || certificate != null || key != null;
  }

  /**
   * Connects a client to this server.
   *
   * @throws IOException if a file cannot be read
   */
  public GenerationClient connect(String server) throws IOException {
    Connection how = Connection.PLAINTEXT;
    if (token != null) {
      how = how.withToken(Files.readString(token).strip());
    }
    if (isTls()) {
      how = how.withTls(clientTls());
    }
    return GenerationClient.connect(server, how);
  }

  private ClientTls clientTls() {
    ClientTls chosen = ClientTls.DEFAULT;
    if (authorities != null) {
      chosen = chosen.withTrusted(authorities);
    }
    if (certificate != null && key != null) {
      chosen = chosen.withOwn(new CertificateFiles(certificate, key));
    } else {
      Check.that(key == null, "key", key, "beside --certificate");
      Check.that(certificate == null, "certificate", certificate, "beside --key");
    }
    return chosen;
  }
}
