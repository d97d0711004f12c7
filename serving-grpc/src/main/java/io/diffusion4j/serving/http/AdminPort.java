package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.config.ServerTls;
import io.diffusion4j.serving.grpc.Callers;
import io.diffusion4j.serving.grpc.Rights;
import io.diffusion4j.serving.metrics.armeria.ArmeriaMeters;
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
  private static final int MOST_BODY_BYTES = 64 << 10;
  private static final int MOST_CONNECTIONS = 64;
  private static final int MOST_STREAMS = 16;
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
            .requestTimeout(config.limits().call())
            .maxRequestLength(MOST_BODY_BYTES)
            .maxNumConnections(MOST_CONNECTIONS)
            .http2MaxStreamsPerConnection(MOST_STREAMS)
            .idleTimeout(LONGEST_IDLE, true)
            .gracefulShutdownTimeout(QUIET, LONGEST_GRACE)
            .errorHandler(new HttpErrors())
            .accessLogWriter(new HttpAccessLog(reason -> {})::write, false)
            .verboseResponses(false)
            .unloggedExceptionsReportInterval(Duration.ZERO)
            .disableServerHeader()
            .childChannelPipelineCustomizer(new FirstRequest(config.receive())::watch)
            .port(
                new InetSocketAddress(config.host(), config.port()),
                tls.isPresent() ? SessionProtocol.HTTPS : SessionProtocol.HTTP);
    HttpPort.addHeaders(builder);
    ArmeriaMeters.separate(builder);
    if (tls.isPresent()) {
      tls.get().open().accept(builder);
    }
    routes.accept(builder);
    var access = new Access(new HeaderAccess(new Callers(authenticator)));
    builder
        .decorator(service -> new SlowRequests(service, config.receive()))
        .decorator(access::serve)
        .decorator(OriginCheck.of(Set.of()))
        .decorator(BinaryHeaders::new)
        .decorator(HttpPort.hostCheck(config)::serve)
        .decorator(Bodies::lastIfInChunks)
        .decorator(FirstRequest::seen);
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

  /** A check that the caller may operate the server. */
  private record Access(HeaderAccess headers) {
    HttpResponse serve(HttpService service, ServiceRequestContext ctx, HttpRequest request) {
      return HeaderAccess.after(
          () -> Rights.requireRole(headers.authenticate(ctx, request), Role.ADMIN),
          service,
          ctx,
          request);
    }
  }
}
