package io.diffusion4j.serving.http;

import com.google.common.util.concurrent.Uninterruptibles;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.common.metric.NoopMeterRegistry;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerPort;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.GrpcService;
import com.linecorp.armeria.server.grpc.GrpcServiceBuilder;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.serving.address.AddressRates;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.grpc.GrpcServices;
import io.diffusion4j.serving.tls.ServerTls;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.ModelServiceGrpc;
import io.grpc.Channel;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The port of a server: gRPC, and the other ways in that it was given, over HTTP/2 and HTTP/1.
 *
 * <p>A program whose models take a while to load opens it before, so that who asks meanwhile is
 * told, and binds it beside {@link io.diffusion4j.serving.ServingModule}; the {@link
 * io.diffusion4j.serving.DiffusionServer} takes it over when it starts, and closes it with itself.
 */
public final class HttpPort implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpPort.class);

  /** No gRPC request is larger; images that clients send are within it. */
  private static final int MOST_MESSAGE_BYTES = 4 << 20;

  /** The same in base64, as gRPC-Web and JSON may have it, and what is around it. */
  private static final int MOST_REQUEST_BYTES = 6 << 20;

  /** More requests of a connection wait in the client. */
  private static final int MOST_STREAMS = 1000;

  /** A question about health is the name of a service. */
  private static final int MOST_HEALTH_BYTES = 4 << 10;

  /**
   * So many times as long as a request may take to arrive, a connection may be without one. Headers
   * that trickle in are none yet, so that they end with it, too.
   */
  private static final int IDLE = 5;

  /** Armeria takes its milliseconds for TCP's seconds, too, of which 32767 are the most. */
  private static final Duration PING_INTERVAL = Duration.ofSeconds(30);

  /** What systems say; Netty's native transport says it in the middle of more. */
  private static final String IN_USE = "Address already in use";

  private static final Duration QUIET = Duration.ofMillis(10);

  private static final String FORWARDED = "x-forwarded-for";

  /** For so long a client who goes on reading late can still see why its stream ended. */
  private static final Duration STATUS_WAITS = Duration.ofSeconds(10);

  /** How long it takes to see that a port has closed. */
  private static final Duration POLL = Duration.ofMillis(5);

  /** What a server will serve, whatever its models are; the empty name is the whole of it. */
  private static final List<String> SERVICES =
      List.of(
          HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
          GenerationServiceGrpc.SERVICE_NAME,
          ModelServiceGrpc.SERVICE_NAME);

  private final ServerConfig config;
  private final Optional<Consumer<ServerBuilder>> tls;
  private final HealthStatusManager health = new HealthStatusManager();
  private final BodyBudget bodies;
  private final Optional<AddressRates> addresses;
  private final Server server;
  private @Nullable StandstillWatch watch;
  private volatile Consumer<String> refused = reason -> {};

  /**
   * Listens on the host and port of the configuration. Until {@link #serve}, health answers {@code
   * NOT_SERVING} and everything else is {@code UNAVAILABLE}.
   *
   * @throws IOException if that is impossible, the message names the port; or if a certificate
   *     cannot be read
   * @throws IllegalArgumentException if others could listen in, which the configuration does not
   *     say is meant, or if a certificate is none
   */
  public static HttpPort open(ServerConfig config) throws IOException {
    requirePrivate(config);
    Optional<ServerTls> tls = config.reach().tls();
    HttpPort port =
        new HttpPort(config, tls.isPresent() ? Optional.of(tls.get().open()) : Optional.empty());
    listen(port.server, config);
    return port;
  }

  /** Returns normally if nobody else can listen in, or the configuration says that it is meant. */
  static void requirePrivate(ServerConfig config) throws IOException {
    InetAddress host = new InetSocketAddress(config.host(), config.port()).getAddress();
    if (host == null) {
      throw new IOException(
          "host: " + config.host() + " (expected: a name or address of this machine)");
    }
    if (config.reach().tls().isEmpty() && !host.isLoopbackAddress()) {
      requireInsecure(config);
    }
  }

  private static void requireInsecure(ServerConfig config) {
    Check.that(
        config.reach().insecure(),
        "host",
        config.host(),
        "an address of this machine only, such as 127.0.0.1, unless there is TLS, or plaintext is"
            + " meant: insecure");
    LOG.warn(
        "listening on {} without TLS: anybody on the way can listen in, and take tokens",
        config.host());
  }

  private HttpPort(ServerConfig config, Optional<Consumer<ServerBuilder>> tls) {
    this.config = config;
    this.tls = tls;
    this.bodies = new BodyBudget(config.limits().bodyBytes());
    this.addresses = config.limits().address().map(AddressRates::new);
    for (String service : SERVICES) {
      health.setStatus(service, ServingStatus.NOT_SERVING);
    }
    ServerBuilder builder = Server.builder();
    configure(builder);
    guard(builder);
    builder.service(
        GrpcService.builder()
            .maxRequestMessageLength(MOST_HEALTH_BYTES)
            .addService(health.getHealthService())
            .build());
    builder.serviceUnder(
        "/",
        (ctx, request) ->
            LoadingPage.isFor(request)
                ? LoadingPage.answer()
                : HttpErrors.refuse(request.headers(), Errors.loading()));
    builder.port(
        new InetSocketAddress(config.host(), config.port()),
        tls.isPresent() ? SessionProtocol.HTTPS : SessionProtocol.HTTP);
    server = builder.build();
  }

  /** What a server answers about health, from when it listens. */
  public HealthStatusManager health() {
    return health;
  }

  /**
   * Serves from now on.
   *
   * @param channel to the services, for the faces
   */
  public void serve(GrpcServices services, Collection<HttpFace> faces, Channel channel) {
    refused = services::refused;
    server.reconfigure(
        builder -> {
          configure(builder);
          GrpcServiceBuilder grpc =
              GrpcService.builder()
                  .maxRequestMessageLength(MOST_MESSAGE_BYTES)
                  .useBlockingTaskExecutor(true)
                  .exceptionHandler(new CallFaults(MOST_MESSAGE_BYTES))
                  .supportedSerializationFormats(GrpcSerializationFormats.values())
                  .jsonMarshallerFactory(service -> new JsonMarshaller())
                  .enableUnframedRequests(true)
                  .unframedGrpcErrorHandler(new JsonErrors())
                  .enableHttpJsonTranscoding(JsonRoutes.options());
          services.addTo(grpc, channel);
          grpc.intercept(new ReadyWindow(), new DeadlineInterceptor(config.limits().call()));
          builder.service(grpc.build(), Streamed::new);
          builder.service(health(services), Streamed::new);
          builder.decorator(Endings::cancelIfLeft);
          Duration stall = config.stall().plus(STATUS_WAITS);
          builder.decorator(service -> new StalledReaders(service, stall));
          builder.decorator(service -> new SlowRequests(service, config.receive()));
          builder.decorator(bodies::serve);
          builder.decorator(new HeaderAccess(services.callers())::serve);
          builder.decorator(Endings::resetIfLate);
          guard(builder);
          faces.forEach(face -> face.addTo(builder, channel));
        });
  }

  /**
   * Health, on the event loops, where it waits for no handler of other services. It has no time
   * limit: who watches is told of every change.
   */
  private static GrpcService health(GrpcServices services) {
    GrpcServiceBuilder health =
        GrpcService.builder()
            .maxRequestMessageLength(MOST_HEALTH_BYTES)
            .exceptionHandler(new CallFaults(MOST_HEALTH_BYTES))
            .supportedSerializationFormats(GrpcSerializationFormats.values())
            .jsonMarshallerFactory(service -> new JsonMarshaller())
            .enableUnframedRequests(true)
            .unframedGrpcErrorHandler(new JsonErrors());
    services.addHealthTo(health);
    health.intercept(new ReadyWindow());
    return health.build();
  }

  /** What holds from the beginning to the end. */
  private void configure(ServerBuilder builder) {
    Duration longest =
        config.grace().compareTo(Duration.ofSeconds(5)) < 0
            ? config.grace()
            : Duration.ofSeconds(5);
    builder
        .requestTimeout(config.limits().call())
        .maxRequestLength(MOST_REQUEST_BYTES)
        .idleTimeout(config.receive().multipliedBy(IDLE), true)
        .pingInterval(PING_INTERVAL) // finds out connections that are half open
        .gracefulShutdownTimeout(QUIET, longest.plus(QUIET)) // for what is on its way
        .errorHandler(new HttpErrors())
        .accessLogWriter(new HttpAccessLog(reason -> refused.accept(reason))::write, false)
        .verboseResponses(false)
        .unloggedExceptionsReportInterval(
            Duration.ZERO) // refusals are counted and have their lines
        .disableServerHeader()
        // Ours are the service's; Armeria would bind its own to the process, once for each server.
        .meterRegistry(NoopMeterRegistry.get())
        .maxNumConnections(config.limits().connections())
        .http2MaxStreamsPerConnection(MOST_STREAMS)
        .childChannelPipelineCustomizer(new FirstRequest(config.receive())::watch);
    tls.ifPresent(current -> current.accept(builder));
  }

  /** What is checked before all else; the decorator that is added last comes first. */
  private void guard(ServerBuilder builder) {
    builder
        .decorator(OriginCheck.of(config.reach().origins()))
        .decorator(BinaryHeaders::new)
        .decorator(hostCheck(config)::serve)
        .decorator(this::serveAddress)
        .decorator(Bodies::lastIfInChunks)
        .decorator(FirstRequest::seen);
  }

  /** Passes on a request of an address that has not sent too many; health always. */
  private HttpResponse serveAddress(
      HttpService service, ServiceRequestContext ctx, HttpRequest request) throws Exception {
    if (addresses.isPresent() && !ctx.path().startsWith(HeaderAccess.HEALTH)) {
      String forwarded = String.join(",", request.headers().getAll(FORWARDED));
      Optional<Duration> wait = addresses.get().count(ctx.remoteAddress().getAddress(), forwarded);
      if (wait.isPresent()) {
        Bodies.discard(ctx, request);
        throw Errors.addressRateExceeded(wait.get());
      }
    }
    return service.serve(ctx, request);
  }

  static HostCheck hostCheck(ServerConfig config) {
    Set<String> names = config.reach().hosts();
    boolean others = !new InetSocketAddress(config.host(), 0).getAddress().isLoopbackAddress();
    return new HostCheck(names, names.isEmpty() && others);
  }

  /** Starts a server that was built with this configuration. */
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

  /** How many bytes of request bodies it holds. */
  public long bodyBytes() {
    return bodies.held();
  }

  /** How many clients are connected. */
  public int connections() {
    return server.numConnections();
  }

  /**
   * Has something done when a thread that reads and writes connections has not gone on for so long,
   * such as ending a process that others start again; until the port is closed.
   */
  public void onStandstill(Duration longest, Runnable action) {
    watch = new StandstillWatch(server.config().workerGroup(), longest, action);
  }

  /** The address it listens on. */
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

  /** Lets what is on its way arrive, for a while; returns when nobody is connected any more. */
  @Override
  public void close() {
    if (watch != null) {
      watch.close();
    }
    CompletableFuture<Void> stopped = server.stop();
    // What Armeria does after that takes two seconds, in which the thread that accepted connections
    // waits for some: Netty's default, of which no setting of Armeria's relieves it.
    while (!stopped.isDone() && !isDeserted()) {
      Uninterruptibles.sleepUninterruptibly(POLL);
    }
    if (stopped.isDone()) {
      stopped.join(); // throws what went wrong
    }
  }

  private boolean isDeserted() {
    return server.activePorts().isEmpty() && server.numConnections() == 0;
  }
}
