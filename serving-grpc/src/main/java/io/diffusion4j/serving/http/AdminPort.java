package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.config.ServerTls;
import io.diffusion4j.serving.grpc.Callers;
import io.diffusion4j.serving.grpc.Rights;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A port for the operators of a server, separate from the port for clients. It has its own threads,
 * so it responds even if the other port is overloaded. It accepts only tokens with the role {@link
 * Role#ADMIN}, and checks them by the headers before it reads a body.
 */
public final class AdminPort implements AutoCloseable {
  private static final int MAX_BODY_BYTES = 64 << 10;
  private static final int MAX_CONNECTIONS = 64;
  private static final int MAX_STREAMS = 16;
  private static final long MAX_BODIES = (long) MAX_BODY_BYTES * MAX_CONNECTIONS * MAX_STREAMS;
  private static final int HANDLERS = 2;
  private static final Duration LONGEST_IDLE = Duration.ofMinutes(1);
  private static final Duration QUIET = Duration.ofMillis(10);
  private static final Duration LONGEST_GRACE = Duration.ofSeconds(1);

  private final Server server;

  private AdminPort(Server server) {
    this.server = server;
  }

  /**
   * Opens a port on the host and port of a configuration, with its TLS and time limits.
   *
   * @param routes adds the routes; a handler may take as long as {@code limits().call()}
   * @throws IOException if the server cannot listen, in which case the message names the port, or
   *     if a certificate cannot be read
   * @throws IllegalArgumentException if other machines could read plaintext, and the configuration
   *     does not permit that; or if a file contains no valid certificate
   */
  public static AdminPort open(
      ServerConfig config, Authenticator authenticator, Consumer<ServerBuilder> routes)
      throws IOException {
    HttpPort.requirePrivate(config);
    Optional<ServerTls> tls = config.tls();
    ServerBuilder builder =
        Server.builder()
            .workerGroup(1)
            .blockingTaskExecutor(HANDLERS)
            .maxRequestLength(MAX_BODY_BYTES)
            .maxNumConnections(MAX_CONNECTIONS)
            .http2MaxStreamsPerConnection(MAX_STREAMS)
            .idleTimeout(LONGEST_IDLE, true)
            .gracefulShutdownTimeout(QUIET, LONGEST_GRACE)
            .port(
                new InetSocketAddress(config.host(), config.port()),
                tls.isPresent() ? SessionProtocol.HTTPS : SessionProtocol.HTTP);
    HttpPort.configure(builder, config, new HttpAccessLog(reason -> {}));
    if (tls.isPresent()) {
      tls.get().open().accept(builder);
    }
    routes.accept(builder);
    var access = new HeaderAccess(new Callers(authenticator));
    builder
        .decorator(new BodyGuard(MAX_BODIES, config.receive())::serve)
        .decorator(
            (service, ctx, request) ->
                access.after(
                    () -> Rights.requireRole(access.authenticate(ctx, request), Role.ADMIN),
                    service,
                    ctx,
                    request))
        .decorator(new HeaderGuard(config, Set.of(), Optional.empty())::before)
        .decorator(ConnectionGuard::serve);
    var port = new AdminPort(builder.build());
    HttpPort.listen(port.server, config);
    return port;
  }

  /** Returns the address that the port listens on. */
  public InetSocketAddress address() {
    return HttpPort.address(server);
  }

  @Override
  public void close() {
    server.stop().join();
  }
}
