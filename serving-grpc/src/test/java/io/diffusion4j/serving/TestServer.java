package io.diffusion4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.OptionalBinder;
import com.google.inject.util.Modules;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.jobs.JobRegistry;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.GenerationServiceGrpc.GenerationServiceBlockingStub;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.StageOptions;
import io.diffusion4j.serving.v1.TextToImageTask;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerInterceptor;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server on a free port of this machine, and a channel to it. */
final class TestServer implements AutoCloseable {
  static final ServerConfig CONFIG =
      ServerConfig.loopback().withPort(0).withGrace(Duration.ofSeconds(5));

  final DiffusionServer server;
  private final JobRegistry jobs;
  final ManagedChannel channel;

  TestServer(ImagePipeline... engines) throws IOException {
    this(CONFIG, engines);
  }

  TestServer(ServerConfig config, ImagePipeline... engines) throws IOException {
    this(config, Modules.EMPTY_MODULE, engines);
  }

  /**
   * Starts a server with additional bindings.
   *
   * @param more the additional bindings
   */
  TestServer(ServerConfig config, Module more, ImagePipeline... engines) throws IOException {
    Injector injector = injector(config, more, engines);
    jobs = injector.getInstance(JobRegistry.class);
    server = injector.getInstance(DiffusionServer.class).start();
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port())
            .usePlaintext()
            .maxInboundMetadataSize(64 << 10)
            .flowControlWindow(16 << 10) // so that a stalled reader is noticed soon
            .build();
    // So that tests do not measure the connection.
    HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance());
  }

  static DiffusionServer wire(ServerConfig config, ImagePipeline... engines) {
    return injector(config, Modules.EMPTY_MODULE, engines).getInstance(DiffusionServer.class);
  }

  static DiffusionServer wire(ServerConfig config, Module more, ImagePipeline... engines) {
    return injector(config, more, engines).getInstance(DiffusionServer.class);
  }

  /** The service with these models, not listening yet. */
  static Injector injector(ServerConfig config, Module more, ImagePipeline... engines) {
    return Guice.createInjector(
        new ServingModule(config),
        more,
        new AbstractModule() {
          @Override
          protected void configure() {
            var models = Multibinder.newSetBinder(binder(), ImagePipeline.class);
            List.of(engines).forEach(engine -> models.addBinding().toInstance(engine));
          }
        });
  }

  /** Waits until the server has this many unfinished requests. Clients have no event for it. */
  void awaitUnfinished(int expected) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (jobs.unfinished() != expected && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
    assertThat(jobs.unfinished()).as("unfinished requests").isEqualTo(expected);
  }

  /** The bytes that jobs hold, or can reach. */
  long jobBytes() {
    return jobs.bytes();
  }

  static GenerateImagesRequest.Builder request(String prompt) {
    return GenerateImagesRequest.newBuilder()
        .setTextToImage(
            TextToImageTask.newBuilder().setPrompt(PromptSpec.newBuilder().setText(prompt)));
  }

  static StageOptions steps(int steps) {
    return StageOptions.newBuilder().setSteps(steps).build();
  }

  GenerationServiceBlockingStub blocking() {
    return GenerationServiceGrpc.newBlockingStub(channel);
  }

  GenerationClient client() {
    return GenerationClient.connect("127.0.0.1:" + server.port());
  }

  /** Adds this token to calls. */
  static ClientInterceptor bearer(String token) {
    var headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  /** Adds authentication to the server. */
  static Module asking(Authenticator authenticator) {
    return new AbstractModule() {
      @Override
      protected void configure() {
        OptionalBinder.newOptionalBinder(binder(), Authenticator.class)
            .setBinding()
            .toInstance(authenticator);
      }
    };
  }

  /** Adds an interceptor to the server. */
  static Module intercepting(ServerInterceptor interceptor) {
    return new AbstractModule() {
      @Override
      protected void configure() {
        Multibinder.newSetBinder(binder(), ServerInterceptor.class)
            .addBinding()
            .toInstance(interceptor);
      }
    };
  }

  @Override
  public void close() {
    try {
      // Connected clients then have two seconds.
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    server.close();
  }
}
