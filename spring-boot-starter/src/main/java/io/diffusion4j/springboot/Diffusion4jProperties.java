package io.diffusion4j.springboot;

import io.diffusion4j.client.Connection;
import io.diffusion4j.client.tls.ClientTls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What an application may say under {@code diffusion4j}.
 *
 * @param model a model folder, or the name of a model on the class path, such as {@code emoji} of
 *     {@code diffusion4j-model-emoji}
 * @param rows how many images are drawn at once
 * @param queueCapacity how many requests may wait
 * @param grace how long requests may go on when the application ends
 * @param server {@code host:port} of a server that is asked in place of a model; empty for none
 * @param token what is shown to the server of who asks; empty for nothing
 * @param tls whether the server is asked over TLS
 * @param ca a PEM file of the authorities that the server's certificate is from; empty for those
 *     that Java knows
 */
@ConfigurationProperties(Diffusion4jProperties.PREFIX)
public record Diffusion4jProperties(
    @DefaultValue("emoji") String model,
    @DefaultValue("16") int rows,
    @DefaultValue("64") int queueCapacity,
    @DefaultValue("30s") Duration grace,
    Optional<String> server,
    Optional<String> token,
    @DefaultValue("false") boolean tls,
    Optional<Path> ca) {
  static final String PREFIX = "diffusion4j";

  /** How the server is reached. */
  Connection connection() {
    Connection connection = new Connection(Optional.empty(), token);
    if (!tls && ca.isEmpty()) {
      return connection;
    }
    return connection.withTls(ca.map(ClientTls.USUAL::withTrusted).orElse(ClientTls.USUAL));
  }
}
