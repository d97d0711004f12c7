package io.diffusion4j.serving.http;

import com.google.common.base.Throwables;
import com.google.common.util.concurrent.Uninterruptibles;
import com.google.protobuf.InvalidProtocolBufferException;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.RequestContext;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.grpc.GrpcExceptionHandlerFunction;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerPort;
import com.linecorp.armeria.server.grpc.GrpcService;
import com.linecorp.armeria.server.grpc.GrpcServiceBuilder;
import com.sun.management.UnixOperatingSystemMXBean;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.serving.config.AddressRates;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.config.ServerTls;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.grpc.GrpcServices;
import io.diffusion4j.serving.observability.ArmeriaMeters;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.ModelServiceGrpc;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The port of a server: gRPC and further HTTP interfaces, over HTTP/2 and HTTP/1.
 *
 * <p>A program whose models take a while to load can open the port first, so that early clients
 * receive {@code UNAVAILABLE} instead of a refused connection, and bind it beside {@link
 * io.diffusion4j.serving.ServingModule}. The {@link io.diffusion4j.serving.DiffusionServer} takes
 * ownership of the port when it starts, and closes it.
 */
public final class HttpPort implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpPort.class);

  /** The size limit of a gRPC request, including the images in it. */
  private static final int MAX_MESSAGE_BYTES = 4 << 20;

  /** The size limit of a request over HTTP: a gRPC request in Base64, and the bytes around it. */
  private static final int MAX_REQUEST_BYTES = 6 << 20;

  /** The number of concurrent requests of a connection; further requests wait in the client. */
  private static final int MAX_STREAMS = 1000;

  /** The descriptors that are left for the rest of the process. */
  private static final int OTHER_DESCRIPTORS = 256;

  private static final int MIN_CONNECTIONS = 16;

  /** The size limit of a health check, which contains only the name of a service. */
  private static final int MAX_HEALTH_BYTES = 4 << 10;

  /**
   * The idle timeout of a connection, as a multiple of the time limit for receiving a request. It
   * also ends connections with headers that trickle in, since these are not a request yet.
   */
  private static final int IDLE = 5;

  /**
   * The interval of pings. Armeria also passes its milliseconds to TCP as seconds, which may be at
   * most 32767.
   */
  private static final Duration PING_INTERVAL = Duration.ofSeconds(30);

  /** The message of operating systems, which Netty's native transport embeds in a longer one. */
  private static final String IN_USE = "Address already in use";

  private static final Duration QUIET = Duration.ofMillis(10);

  /** The extra time for a slow reader to receive the status that explains the end of its stream. */
  private static final Duration STATUS_WAITS = Duration.ofSeconds(10);

  /** The interval of checks whether the port has closed. */
  private static final Duration POLL = Duration.ofMillis(5);

  /** The services of every server; the empty name stands for the server as a whole. */
  private static final List<String> SERVICES =
      List.of(
          HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
          GenerationServiceGrpc.SERVICE_NAME,
          ModelServiceGrpc.SERVICE_NAME);

  private final ServerConfig config;
  private final Optional<Consumer<ServerBuilder>> tls;
  private final HealthStatusManager health = new HealthStatusManager();
  private final BodyGuard bodies;
  private final Optional<AddressRates> addresses;
  private final Server server;
  private @Nullable StandstillWatch watch;
  private volatile Consumer<String> refused = reason -> {};

  /**
   * Opens a port on the host and port of the configuration. Until {@link #serve} is called, health
   * reports {@code NOT_SERVING}, and all other requests fail with {@code UNAVAILABLE}.
   *
   * @throws IOException if the server cannot listen, in which case the message names the port, or
   *     if a certificate cannot be read
   * @throws IllegalArgumentException if other machines could read plaintext, and the configuration
   *     does not permit that; or if a file contains no valid certificate
   */
  public static HttpPort open(ServerConfig config) throws IOException {
    requirePrivate(config);
    int most = connections(config.limits().connections(), descriptors());
    if (most < config.limits().connections()) {
      LOG.warn(
          "limits.connections: {} (expected: at most {}, which is used, since this process may open"
              + " {} files: ulimit -n)",
          config.limits().connections(),
          most,
          descriptors());
    }
    Optional<ServerTls> tls = config.tls();
    HttpPort port =
        new HttpPort(config, tls.isPresent() ? Optional.of(tls.get().open()) : Optional.empty());
    listen(port.server, config);
    return port;
  }

  /**
   * Checks that the connections are encrypted or local, or that the configuration permits
   * plaintext.
   *
   * @throws IOException if the host name cannot be resolved
   * @throws IllegalArgumentException if plaintext on a reachable address is not permitted
   */
  static void requirePrivate(ServerConfig config) throws IOException {
    InetAddress host = new InetSocketAddress(config.host(), config.port()).getAddress();
    if (host == null) {
      throw new IOException(
          "host: " + config.host() + " (expected: a name or address of this machine)");
    }
    if (config.tls().isEmpty() && !host.isLoopbackAddress()) {
      requireInsecure(config);
    }
  }

  private static void requireInsecure(ServerConfig config) {
    Check.that(
        config.insecure(),
        "host",
        config.host(),
        "an address of this machine only, such as 127.0.0.1, unless there is TLS, or plaintext is"
            + " meant: insecure");
    LOG.warn(
        "listening on {} without TLS: anyone on the network can read requests and tokens",
        config.host());
  }

  private HttpPort(ServerConfig config, Optional<Consumer<ServerBuilder>> tls) {
    this.config = config;
    this.tls = tls;
    this.bodies = new BodyGuard(config.limits().bodyBytes(), config.receive());
    this.addresses = config.limits().address().map(AddressRates::new);
    for (String service : SERVICES) {
      health.setStatus(service, ServingStatus.NOT_SERVING);
    }
    ServerBuilder builder = Server.builder();
    configure(builder);
    guard(builder);
    builder.service(
        GrpcService.builder()
            .maxRequestMessageLength(MAX_HEALTH_BYTES)
            .addService(health.getHealthService())
            .build());
    builder.serviceUnder(
        "/", (ctx, request) -> HttpErrors.refuse(request.headers(), Errors.LOADING.error()));
    builder.port(
        new InetSocketAddress(config.host(), config.port()),
        tls.isPresent() ? SessionProtocol.HTTPS : SessionProtocol.HTTP);
    server = builder.build();
  }

  /** Returns the health service of this port, which is available as soon as the port is open. */
  public HealthStatusManager health() {
    return health;
  }

  /**
   * Starts serving; health reports the state of the services from then on.
   *
   * @param services the gRPC services
   * @param apis the further HTTP interfaces
   * @param channel a channel to the services, for the apis
   */
  public void serve(GrpcServices services, Collection<HttpApi> apis, Channel channel) {
    refused = services::refused;
    server.reconfigure(
        builder -> {
          configure(builder);
          GrpcServiceBuilder grpc =
              GrpcService.builder()
                  .maxRequestMessageLength(MAX_MESSAGE_BYTES)
                  .useBlockingTaskExecutor(true)
                  .exceptionHandler(new CallFaults(MAX_MESSAGE_BYTES))
                  .enableHttpJsonTranscoding(JsonCalls.routes());
          services.addTo(JsonCalls.enable(grpc));
          grpc.intercept(new ReadyWindow(), new DeadlineInterceptor(config.limits().call()));
          builder.service(grpc.build(), Streamed::new);
          builder.service(health(services), Streamed::new);
          Duration stall = config.stall().plus(STATUS_WAITS);
          builder.decorator(service -> new StalledReaders(service, stall));
          builder.decorator(bodies::serve);
          builder.decorator(new HeaderAccess(services.callers())::serve);
          builder.decorator(StalledReaders::resetIfLate);
          guard(builder);
          apis.forEach(api -> api.addTo(builder, channel));
        });
  }

  /**
   * Creates the health service. It runs on the event loops, so it never waits for handlers of other
   * services. Calls have no time limit, since {@code Watch} reports every change.
   */
  private static GrpcService health(GrpcServices services) {
    GrpcServiceBuilder health =
        GrpcService.builder()
            .maxRequestMessageLength(MAX_HEALTH_BYTES)
            .exceptionHandler(new CallFaults(MAX_HEALTH_BYTES));
    services.addHealthTo(JsonCalls.enable(health));
    health.intercept(new ReadyWindow());
    return health.build();
  }

  /** Applies the settings that hold both while models are loaded and afterwards. */
  private void configure(ServerBuilder builder) {
    Duration longest =
        config.grace().compareTo(Duration.ofSeconds(5)) < 0
            ? config.grace()
            : Duration.ofSeconds(5);
    configure(builder, config, new HttpAccessLog(reason -> refused.accept(reason)));
    builder
        .maxRequestLength(MAX_REQUEST_BYTES)
        .idleTimeout(config.receive().multipliedBy(IDLE), true)
        .pingInterval(PING_INTERVAL) // detects half-open connections
        .gracefulShutdownTimeout(QUIET, longest.plus(QUIET)) // for calls in progress
        .maxNumConnections(connections(config.limits().connections(), descriptors()))
        .http2MaxStreamsPerConnection(MAX_STREAMS);
    tls.ifPresent(current -> current.accept(builder));
  }

  /** Applies what all ports have in common: errors, log, headers, and the guard of connections. */
  static void configure(ServerBuilder builder, ServerConfig config, HttpAccessLog log) {
    builder
        .requestTimeout(config.limits().call())
        .errorHandler(new HttpErrors())
        .accessLogWriter(log::write, false)
        .verboseResponses(false)
        .unloggedExceptionsReportInterval(
            Duration.ZERO) // refusals are counted and logged elsewhere
        .disableServerHeader()
        .childChannelPipelineCustomizer(new ConnectionGuard(config.receive())::watch)
        .addHeader(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff")
        .addHeader(HttpHeaderNames.CACHE_CONTROL, "no-store");
    ArmeriaMeters.separate(builder);
  }

  /** Returns the number of files that the process may open; negative if it is unknown. */
  private static long descriptors() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
        ? system.getMaxFileDescriptorCount()
        : -1;
  }

  /**
   * Returns the limit of connections. It leaves descriptors for models, files and the other port;
   * without any, the server could not even refuse a connection.
   *
   * @param limit the limit in the settings
   * @param descriptors the number of files that the process may open; negative if it is unknown
   */
  static int connections(int limit, long descriptors) {
    return descriptors < 0
        ? limit
        : (int) Math.min(limit, Math.max(MIN_CONNECTIONS, descriptors - OTHER_DESCRIPTORS));
  }

  /** Adds the checks that come before all others; the decorator that is added last runs first. */
  private void guard(ServerBuilder builder) {
    builder
        .decorator(new HeaderGuard(config, config.origins(), addresses)::before)
        .decorator(ConnectionGuard::serve);
  }

  /**
   * Starts a server that was built with this configuration.
   *
   * @throws IOException if the server cannot listen; the message names the port
   */
  static void listen(Server server, ServerConfig config) throws IOException {
    try {
      server.start().join();
    } catch (CompletionException e) {
      throw cannotListen(config, e);
    }
  }

  private static IOException cannotListen(ServerConfig config, CompletionException e) {
    String at = config.host() + ":" + config.port();
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException || String.valueOf(cause.getMessage()).contains(IN_USE)) {
        return new IOException(
            "port: "
                + config.port()
                + " (expected: one that is free; "
                + at
                + ": "
                + (String.valueOf(cause.getMessage()).contains(IN_USE)
                    ? IN_USE
                    : cause.getMessage())
                + ")",
            e);
      }
    }
    return new IOException("cannot listen on " + at + ": " + e.getMessage(), e);
  }

  /** Returns the bytes of request bodies in memory. */
  public long bodyBytes() {
    return bodies.held();
  }

  /** Returns the number of open connections. */
  public int connections() {
    return server.numConnections();
  }

  /**
   * Starts a watchdog that runs an action when an event loop is blocked, until the port is closed.
   * The action can, for example, exit a process that a supervisor restarts.
   *
   * @param longest the time without progress after which an event loop counts as blocked
   * @param action runs at every check while an event loop is blocked
   */
  public void onStandstill(Duration longest, Runnable action) {
    watch = new StandstillWatch(server.config().workerGroup(), longest, action);
  }

  /** Returns the address that the port listens on. */
  public InetSocketAddress address() {
    return address(server);
  }

  static InetSocketAddress address(Server server) {
    ServerPort port = server.activePort();
    if (port == null) {
      throw new IllegalStateException("the server listens on no port");
    }
    return port.localAddress();
  }

  /**
   * Stops accepting connections and waits, for at most the grace period or about 5 seconds, for
   * calls in progress. Returns when no client is connected.
   */
  @Override
  public void close() {
    if (watch != null) {
      watch.close();
    }
    CompletableFuture<Void> stopped = server.stop();
    // Polls instead of joining: after the last connection, Armeria waits two more seconds for the
    // quiet period of Netty's acceptor thread, which no setting of Armeria shortens.
    while (!stopped.isDone() && !isDeserted()) {
      Uninterruptibles.sleepUninterruptibly(POLL);
    }
    if (stopped.isDone()) {
      stopped.join(); // throws the failure, if there was one
    }
  }

  private boolean isDeserted() {
    return server.activePorts().isEmpty() && server.numConnections() == 0;
  }

  /** A mapping from failures outside of the handler of a call to the errors of the service. */
  private static final class CallFaults implements GrpcExceptionHandlerFunction {
    private static final String ARMERIA = "com.linecorp.armeria.";

    private final int mostBytes;

    CallFaults(int mostBytes) {
      this.mostBytes = mostBytes;
    }

    @Override
    public @Nullable Status apply(
        RequestContext ctx, Status status, Throwable cause, Metadata metadata) {
      Throwable root = cause instanceof StatusRuntimeException ? cause.getCause() : cause;
      if (root instanceof InvalidProtocolBufferException) { // reported as INTERNAL by gRPC
        return answer(Errors.MALFORMED_REQUEST.error(Errors.reason(root)), metadata);
      }
      if (cause instanceof ContentTooLargeException || isOfALargeFrame(status, cause)) {
        return answer(Errors.REQUEST_TOO_LARGE.error(mostBytes), metadata);
      }
      if (cause instanceof RequestTimeoutException) {
        return answer(Errors.DEADLINE_PASSED.error(), metadata);
      }
      if (isOfTheDeframer(status, cause)) {
        return answer(Errors.MALFORMED_REQUEST.error("a frame that cannot be read"), metadata);
      }
      return null; // Armeria's default
    }

    /** Returns whether Armeria refused a large frame; errors of the service also have trailers. */
    private static boolean isOfALargeFrame(Status status, Throwable cause) {
      return status.getCode() == Status.Code.RESOURCE_EXHAUSTED
          && Status.trailersFromThrowable(cause) == null;
    }

    /**
     * Returns whether Armeria failed to parse a frame. Its parser has no exception type of its own,
     * so the failure is recognised by Armeria's class names.
     */
    private static boolean isOfTheDeframer(Status status, Throwable cause) {
      return String.valueOf(status.getDescription()).startsWith(ARMERIA)
          || Throwables.getCausalChain(cause).stream()
              .flatMap(e -> Stream.of(e.getStackTrace()))
              .anyMatch(frame -> frame.getClassName().endsWith("MessageDeframer"));
    }

    private static Status answer(StatusRuntimeException error, Metadata metadata) {
      Metadata trailers = Status.trailersFromThrowable(error);
      if (trailers != null) {
        metadata.merge(trailers);
      }
      return error.getStatus();
    }
  }
}
