package io.diffusion4j.client;

import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.GetModelRequest;
import io.diffusion4j.serving.v1.ListModelsRequest;
import io.diffusion4j.serving.v1.ListModelsResponse;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelServiceGrpc;
import io.diffusion4j.serving.v1.Preview;
import io.diffusion4j.serving.v1.Progress;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.Context;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * Requests images from a server.
 *
 * <pre>{@code
 * try (var client = GenerationClient.connect("127.0.0.1:50051")) {
 *   var request = Requests.textToImage("a red apple").setImageCount(4).build();
 *   var generation = client.generate(request, progress -> bar.show(progress));
 *   Files.write(path, generation.images().get(0).png());
 * }
 * }</pre>
 *
 * <p>Thread-safe. Errors come as {@link GenerationException}; an interrupt of the calling thread
 * cancels its request at the server.
 */
public final class GenerationClient implements ImageGenerator {
  private static final Duration LONGEST_HEALTH_CHECK = Duration.ofSeconds(5);
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final int MAX_METADATA_BYTES = 64 << 10;

  private final ManagedChannel channel;
  private final String server;

  /** Observes a request; called on the requesting thread. */
  @FunctionalInterface
  public interface ProgressListener {
    /** Sees nothing. */
    ProgressListener NONE = progress -> {};

    /** Called with the progress. */
    void onProgress(Progress progress);

    /** Called with a preview of an image, if the request has previews enabled. */
    default void onPreview(Preview preview) {}
  }

  /**
   * Creates a client over this channel, which it owns.
   *
   * @param server its name in messages; may be empty
   */
  public GenerationClient(ManagedChannel channel, String server) {
    this.channel = channel;
    this.server = server;
  }

  /**
   * Returns a client of the server at {@code host:port}, in plaintext. Connects when it is used.
   *
   * @throws IllegalArgumentException if this is no address
   */
  public static GenerationClient connect(String server) {
    return connect(server, Connection.PLAINTEXT);
  }

  /**
   * Returns a client of the server at {@code host:port}. Connects when it is used.
   *
   * @throws IllegalArgumentException if this is no address, or a certificate or key is none
   * @throws UncheckedIOException if the file of a certificate or a key cannot be read
   */
  public static GenerationClient connect(String server, Connection how) {
    int colon = server.lastIndexOf(':');
    String host = colon < 0 ? "" : server.substring(0, colon);
    String port = server.substring(colon + 1);
    if (host.isBlank() || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65535) {
      throw new IllegalArgumentException(
          "server: " + server + " (expected: host:port, such as localhost:50051)");
    }
    var builder =
        NettyChannelBuilder.forAddress(
                host.replaceAll("[\\[\\]]", ""), Integer.parseInt(port), credentials(how))
            .maxInboundMetadataSize(MAX_METADATA_BYTES);
    how.token()
        .ifPresent(
            token -> {
              Metadata shown = new Metadata();
              shown.put(AUTHORIZATION, "Bearer " + token);
              builder.intercept(MetadataUtils.newAttachHeadersInterceptor(shown));
            });
    return new GenerationClient(builder.build(), server);
  }

  private static ChannelCredentials credentials(Connection how) {
    if (how.tls().isEmpty()) {
      return InsecureChannelCredentials.create();
    }
    try {
      return how.tls().get().credentials();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns a client of a server in this process, which {@code DiffusionServer.startInProcess}
   * started under this name: the same requests, checks and files without a port.
   */
  public static GenerationClient inProcess(String name) {
    return new GenerationClient(InProcessChannelBuilder.forName(name).build(), "");
  }

  /**
   * Draws a request. The server sends a single response at the end, which is cheaper than events
   * for a listener.
   *
   * @see Requests
   * @throws GenerationException if the server refuses it, fails, draws nothing or cannot be reached
   */
  public Generation generate(GenerateImagesRequest request) {
    try {
      var stub = GenerationServiceGrpc.newBlockingStub(channel);
      return new Receiver(server)
          .receive(stub.withMaxInboundMessageSize(Integer.MAX_VALUE).generateImages(request));
    } catch (StatusRuntimeException e) {
      throw explained(e);
    }
  }

  /**
   * Draws the images of a request, and reports the progress to a listener.
   *
   * @throws GenerationException if the server refuses it, fails or cannot be reached
   */
  @Override
  public Generation generate(GenerateImagesRequest request, ProgressListener listener) {
    Context.CancellableContext call = Context.current().withCancellation();
    Context caller = call.attach();
    try {
      var events = new BufferedEvents();
      GenerationServiceGrpc.newStub(channel).streamGenerateImages(request, events);
      return new Receiver(server).receive(events, listener);
    } catch (StatusRuntimeException e) {
      throw explained(e);
    } finally {
      call.detach(caller);
      call.cancel(null); // when the listener threw, the server is to stop too
    }
  }

  /** Returns a client for jobs on the same server; it is closed with this client. */
  public JobClient jobs() {
    return new JobClient(channel, this::explained);
  }

  /** Returns a client for embeddings on the same server; it is closed with this client. */
  public EmbeddingClient embeddings() {
    return new EmbeddingClient(channel, this::explained);
  }

  /**
   * Returns the models of the server with their tasks and options.
   *
   * @throws GenerationException if the server fails or cannot be reached
   */
  @Override
  public List<Model> models() {
    try {
      return models(channel);
    } catch (StatusRuntimeException e) {
      throw explained(e);
    }
  }

  /**
   * Returns all pages of the models.
   *
   * @param channel the channel to a server
   * @throws StatusRuntimeException if the server fails or cannot be reached
   */
  public static List<Model> models(Channel channel) {
    var stub = ModelServiceGrpc.newBlockingStub(channel);
    List<Model> models = new ArrayList<>();
    String page = "";
    do {
      ListModelsResponse answer =
          stub.listModels(ListModelsRequest.newBuilder().setPageToken(page).build());
      models.addAll(answer.getModelsList());
      page = answer.getNextPageToken();
    } while (!page.isEmpty());
    return List.copyOf(models);
  }

  /**
   * Returns a model; empty if the server does not have it, or does not let the caller use it.
   *
   * @param channel the channel to a server
   * @param name the name; empty for the default model
   * @throws StatusRuntimeException if the server fails or cannot be reached
   */
  public static Optional<Model> model(Channel channel, String name) {
    try {
      var request = GetModelRequest.newBuilder().setName(name).build();
      return Optional.of(ModelServiceGrpc.newBlockingStub(channel).getModel(request).getModel());
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Whether this is served.
   *
   * @param service the full name of a service, {@code diffusion4j.v1.model/} and the name of a
   *     model, or the empty name for the server as a whole
   * @throws GenerationException if the server does not know it, or cannot be reached
   */
  public boolean isServing(String service) {
    try {
      var request = HealthCheckRequest.newBuilder().setService(service).build();
      return HealthGrpc.newBlockingStub(channel)
              .withDeadlineAfter(LONGEST_HEALTH_CHECK)
              .check(request)
              .getStatus()
          == ServingStatus.SERVING;
    } catch (StatusRuntimeException e) {
      throw explained(e);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    try {
      channel.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private GenerationException explained(StatusRuntimeException e) {
    Status.Code code = e.getStatus().getCode();
    var details = StatusProto.fromThrowable(e);
    String why;
    if (details != null && details.getDetailsCount() > 0) { // one of our own answers
      why = details.getMessage();
    } else if (hasCause(e, SSLException.class)) {
      why =
          "no encrypted connection (expected: a server whose certificate is from an authority that"
              + " is trusted, and that takes the client's); "
              + root(e);
    } else if (code == Status.Code.UNAVAILABLE) {
      why = "no answer (expected: a running Diffusion4J server); " + root(e);
    } else if (code == Status.Code.UNIMPLEMENTED) {
      why = "does not know diffusion4j.v1 (expected: a Diffusion4J server)";
    } else {
      why = code + ": " + root(e);
    }
    return new GenerationException(code, server.isEmpty() ? why : server + ": " + why, e);
  }

  private static boolean hasCause(Throwable e, Class<? extends Throwable> type) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }

  private static String root(StatusRuntimeException e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }
}
