package io.diffusion4j.serving;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The generation service on a port: {@code diffusion4j.v1}, {@code grpc.health.v1} and reflection.
 *
 * <p>Plaintext; whoever reaches the port can use the models, so it listens on this machine only
 * unless the {@link ServerConfig} says otherwise.
 */
public final class DiffusionServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DiffusionServer.class);

  /** No request is larger; images that clients send are within it. */
  private static final int MOST_REQUEST_BYTES = 4 << 20;

  private final ServerConfig config;
  private final JobScheduler scheduler;
  private final List<BindableService> services;
  private final HealthStatusManager health = new HealthStatusManager();
  private @Nullable Server server;
  private boolean closed;

  @Inject
  DiffusionServer(
      ServerConfig config,
      JobScheduler scheduler,
      GenerationGrpcService generation,
      ModelGrpcService models) {
    this.config = config;
    this.scheduler = scheduler;
    this.services = List.of(generation, models);
  }

  /**
   * Listens on the host and port of the {@link ServerConfig}.
   *
   * @throws IOException if that is impossible; the message names the port
   */
  public DiffusionServer start() throws IOException {
    var address = new InetSocketAddress(config.host(), config.port());
    InetAddress host = address.getAddress();
    if (host == null) {
      throw new IOException(
          "host: " + config.host() + " (expected: a name or address of this machine)");
    }
    if (!host.isLoopbackAddress()) {
      LOG.warn(
          "listening on {}: anybody who reaches it can use the models, and can listen in",
          config.host());
    }
    start(
        NettyServerBuilder.forAddress(address)
            .maxInboundMessageSize(MOST_REQUEST_BYTES)
            .keepAliveTime(1, TimeUnit.MINUTES) // finds out connections that are half open
            .permitKeepAliveTime(10, TimeUnit.SECONDS) // and lets clients find out too
            .permitKeepAliveWithoutCalls(true));
    return this;
  }

  /**
   * Serves this process only, without a port.
   *
   * @param name by which {@code GenerationClient.inProcess} finds it
   */
  public DiffusionServer startInProcess(String name) throws IOException {
    start(InProcessServerBuilder.forName(name));
    return this;
  }

  private synchronized void start(ServerBuilder<?> builder) throws IOException {
    if (server != null) {
      throw new IllegalStateException("the server was started before");
    }
    for (BindableService service : services) {
      builder.addService(service);
      health.setStatus(
          service.bindService().getServiceDescriptor().getName(), ServingStatus.SERVING);
    }
    builder
        .addService(health.getHealthService())
        .addService(ProtoReflectionServiceV1.newInstance())
        .intercept(new ErrorInterceptor());
    try {
      server = builder.build().start();
    } catch (IOException e) {
      throw cannotListen(e);
    }
  }

  private IOException cannotListen(IOException e) {
    String at = config.host() + ":" + config.port();
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException
          || String.valueOf(cause.getMessage()).contains("Address already in use")) {
        return new IOException(
            "port: "
                + config.port()
                + " (expected: one that is free; "
                + at
                + ": "
                + cause.getMessage()
                + ")",
            e);
      }
    }
    return new IOException("cannot listen on " + at + ": " + e.getMessage(), e);
  }

  /** The port it listens on. */
  public int port() {
    return running().getPort();
  }

  /** The address it listens on. */
  public InetSocketAddress address() {
    return running().getListenSockets().stream()
        .filter(InetSocketAddress.class::isInstance)
        .map(InetSocketAddress.class::cast)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("the server listens on no port"));
  }

  /** Waits until the server has been closed. */
  public void awaitTermination() throws InterruptedException {
    running().awaitTermination();
  }

  private synchronized Server running() {
    if (server == null) {
      throw new IllegalStateException("the server was not started");
    }
    return server;
  }

  /**
   * Ends in good order: health answers {@code NOT_SERVING}, new and waiting requests are answered
   * {@code UNAVAILABLE}, and running ones have {@link ServerConfig#grace} to finish. A second call
   * does nothing. Programs that serve call it from a shutdown hook, where SIGTERM arrives.
   */
  @Override
  public void close() {
    Server open;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      open = server;
    }
    health.enterTerminalState();
    try {
      scheduler.shutdown(config.grace());
      if (open != null) {
        open.shutdown();
        if (!open.awaitTermination(
            Math.min(config.grace().toMillis(), 5_000), TimeUnit.MILLISECONDS)) {
          open.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
      }
    } catch (InterruptedException e) {
      if (open != null) {
        open.shutdownNow();
      }
      Thread.currentThread().interrupt();
    }
  }
}
