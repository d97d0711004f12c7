package io.diffusion4j.springboot;

import io.diffusion4j.client.Connection;
import io.diffusion4j.client.tls.ClientTls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties under {@code diffusion4j}.
 *
 * @param model a model folder, or the name of a model on the class path, such as {@code emoji} of
 *     {@code diffusion4j-model-emoji}
 * @param rows number of images drawn at once
 * @param queueCapacity largest number of waiting requests
 * @param grace time for running requests when the application ends
 * @param server {@code host:port} of a server to use in place of a model; empty for none
 * @param token the bearer token for the server; empty for none
 * @param tls whether the connection to the server uses TLS
 * @param ca a PEM file of the certificate authorities of the server; empty for Java's
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

  /** Returns the settings of the connection to the server. */
  Connection connection() {
    Connection connection = new Connection(Optional.empty(), token);
    if (!tls && ca.isEmpty()) {
      return connection;
    }
    return connection.withTls(ca.map(ClientTls.USUAL::withTrusted).orElse(ClientTls.USUAL));
  }
}
