package io.diffusion4j.serving;

import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerPort;
import com.linecorp.armeria.server.grpc.GrpcService;
import com.linecorp.armeria.server.grpc.GrpcServiceBuilder;
import io.grpc.Channel;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The port of a server: gRPC, and the other ways in that it was given, over HTTP/2 and HTTP/1. */
final class HttpPort implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpPort.class);

  /** No gRPC request is larger; images that clients send are within it. */
  private static final int MOST_MESSAGE_BYTES = 4 << 20;

  /** The same in base64, as gRPC-Web and JSON may have it, and what is around it. */
  private static final int MOST_REQUEST_BYTES = 6 << 20;

  private static final Duration LONGEST_IDLE = Duration.ofMinutes(5);

  /** Armeria takes its milliseconds for TCP's seconds, too, of which 32767 are the most. */
  private static final Duration PING_INTERVAL = Duration.ofSeconds(30);

  private static final Duration QUIET = Duration.ofMillis(10);

  private final Server server;

  private HttpPort(Server server) {
    this.server = server;
  }

  /**
   * Listens on the host and port of the configuration.
   *
   * @param channel to the services, for the faces
   * @throws IOException if that is impossible; the message names the port
   */
  static HttpPort open(
      ServerConfig config, GrpcServices services, Collection<HttpFace> faces, Channel channel)
      throws IOException {
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
    Duration longest =
        config.grace().compareTo(Duration.ofSeconds(5)) < 0
            ? config.grace()
            : Duration.ofSeconds(5);
    ServerBuilder builder =
        Server.builder()
            .port(address, SessionProtocol.HTTP)
            .requestTimeoutMillis(0) // drawing takes as long as it takes
            .maxRequestLength(MOST_REQUEST_BYTES)
            .idleTimeout(LONGEST_IDLE, true)
            .pingInterval(PING_INTERVAL) // finds out connections that are half open
            .gracefulShutdownTimeout(QUIET, longest.plus(QUIET)) // for what is on its way
            .errorHandler(new HttpErrors())
            .verboseResponses(false)
            .disableServerHeader();
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
    services.addTo(grpc);
    grpc.intercept(new ReadyWindow(), new DeadlineInterceptor());
    builder.service(grpc.build());
    builder.decorator(Disconnects::new);
    faces.forEach(face -> face.addTo(builder, channel));
    Server server = builder.build();
    try {
      server.start().join();
    } catch (CompletionException e) {
      throw cannotListen(config, e);
    }
    return new HttpPort(server);
  }

  private static IOException cannotListen(ServerConfig config, CompletionException e) {
    String at = config.host() + ":" + config.port();
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
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

  InetSocketAddress address() {
    ServerPort port = server.activePort();
    if (port == null) {
      throw new IllegalStateException("the server listens on no port");
    }
    return port.localAddress();
  }

  void awaitTermination() throws InterruptedException {
    server.blockUntilShutdown();
  }

  /** Lets what is on its way arrive, for a while. */
  @Override
  public void close() {
    server.stop().join();
  }
}
