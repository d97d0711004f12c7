package io.diffusion4j.client;

import io.diffusion4j.client.tls.ClientTls;
import java.util.Optional;

/**
 * How a client reaches a server.
 *
 * @param tls how it encrypts; empty for plaintext
 * @param token what it shows of who it is; empty for nothing
 */
public record Connection(Optional<ClientTls> tls, Optional<String> token) {
  /** In plaintext, as nobody. */
  public static final Connection PLAINTEXT = new Connection(Optional.empty(), Optional.empty());

  public Connection withTls(ClientTls newTls) {
    return new Connection(Optional.of(newTls), token);
  }

  public Connection withToken(String newToken) {
    return new Connection(tls, Optional.of(newToken));
  }
}
