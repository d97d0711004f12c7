package io.diffusion4j.springboot;

import io.diffusion4j.client.Connection;
import io.diffusion4j.client.tls.ClientTls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties under {@code diffusion4j}.
 *
 * @param model a model folder, or the name of a model on the class path, such as {@code emoji} of
 *     {@code diffusion4j-model-emoji}
 * @param rows number of images drawn at once; the default of a server unless given
 * @param queueCapacity largest number of waiting requests; the default of a server unless given
 * @param grace time for running requests when the application ends; the default of a server unless
 *     given
 * @param loras files of low-rank updates (LoRA), by their names in requests
 * @param config a configuration file of a server in YAML, for the model in the application, which
 *     is then served on a port
 * @param serve settings by their keys in such a file, which override it, such as {@code
 *     serve.admin.port}; with one of them, too, the model is served on a port
 * @param server {@code host:port} of a server to use in place of a model; empty for none
 * @param token the bearer token for the server; empty for none
 * @param tls whether the connection to the server uses TLS
 * @param ca a PEM file of the certificate authorities of the server; empty for Java's
 */
@ConfigurationProperties(Diffusion4jProperties.PREFIX)
public record Diffusion4jProperties(
    @DefaultValue("emoji") String model,
    Optional<Integer> rows,
    Optional<Integer> queueCapacity,
    Optional<Duration> grace,
    @DefaultValue Map<String, String> loras,
    Optional<String> config,
    @DefaultValue Map<String, String> serve,
    Optional<String> server,
    Optional<String> token,
    @DefaultValue("false") boolean tls,
    Optional<String> ca) {
  static final String PREFIX = "diffusion4j";

  /** Spring Boot 3 passes null for an absent property. */
  public Diffusion4jProperties {
    rows = rows == null ? Optional.empty() : rows;
    queueCapacity = queueCapacity == null ? Optional.empty() : queueCapacity;
    grace = grace == null ? Optional.empty() : grace;
    config = config == null ? Optional.empty() : config;
    server = server == null ? Optional.empty() : server;
    token = token == null ? Optional.empty() : token;
    ca = ca == null ? Optional.empty() : ca;
  }

  /** Returns the settings of the connection to the server. */
  Connection connection() {
    Connection connection = new Connection(Optional.empty(), token);
    if (!tls && ca.isEmpty()) {
      return connection;
    }
    return connection.withTls(
        ca.map(Path::of).map(ClientTls.DEFAULT::withTrusted).orElse(ClientTls.DEFAULT));
  }
}
