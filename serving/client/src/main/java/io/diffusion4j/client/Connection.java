package io.diffusion4j.client;

import io.diffusion4j.client.tls.ClientTls;
import java.util.Optional;

/**
 * The connection settings of a client.
 *
 * @param tls the encryption; empty for plaintext
 * @param token the bearer token; empty for none
 */
public record Connection(Optional<ClientTls> tls, Optional<String> token) {
  /** Plaintext without a token. */
  public static final Connection PLAINTEXT = new Connection(Optional.empty(), Optional.empty());

  /** Returns the connection with TLS. */
  public Connection withTls(ClientTls newTls) {
    return new Connection(Optional.of(newTls), token);
  }

  /** Returns the connection with a bearer token. */
  public Connection withToken(String newToken) {
    return new Connection(tls, Optional.of(newToken));
  }
}
