package io.diffusion4j.serving;

import com.google.inject.AbstractModule;
import com.google.inject.Provider;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.OptionalBinder;
import io.diffusion4j.diffusion.filter.ImageFilter;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.config.ServerTls;
import io.diffusion4j.serving.grpc.GrpcModule;
import io.diffusion4j.serving.http.HttpApi;
import io.diffusion4j.serving.http.HttpPort;
import io.diffusion4j.serving.jobs.JobRegistry;
import io.diffusion4j.serving.jobs.JobScheduler;
import io.diffusion4j.serving.model.ImageIndex;
import io.diffusion4j.serving.model.ImageIndices;
import io.diffusion4j.serving.model.Models;
import io.diffusion4j.serving.model.Palette;
import io.diffusion4j.serving.observability.AccessLog;
import io.diffusion4j.serving.observability.LabelledGauge;
import io.diffusion4j.serving.observability.Listeners;
import io.diffusion4j.serving.observability.ServerGauge;
import io.diffusion4j.serving.observability.ServingListener;
import io.diffusion4j.serving.observability.Tracing;
import io.diffusion4j.serving.request.RequestResolver;
import io.diffusion4j.serving.request.Resizer;
import io.grpc.BindableService;
import io.grpc.ServerInterceptor;
import io.grpc.protobuf.services.HealthStatusManager;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * A Guice module for a server of the generation service.
 *
 * <p>It provides {@link DiffusionServer} and {@link Models}, and requires at least one {@link
 * ImagePipeline}:
 *
 * <pre>{@code
 * Multibinder.newSetBinder(binder(), ImagePipeline.class).addBinding().toInstance(engine);
 * }</pre>
 *
 * <p>The first pipeline is the default: it serves requests that name no model. Other modules can
 * add to these sets in the same way:
 *
 * <ul>
 *   <li>{@link HttpApi}: HTTP interfaces beside gRPC
 *   <li>{@link ImageIndex}: image collections that clients can search
 *   <li>{@link BindableService}: gRPC services beside those of the contract
 *   <li>{@link ServingListener}: observers of the server's work
 *   <li>{@link ImageFilter}: filters that judge the images of all models, beside the models' own
 *   <li>{@link ServerInterceptor}: interceptors of all calls, whatever their interface. They run
 *       after authentication, and the first is the outermost
 * </ul>
 *
 * <p>Without an {@link Authenticator}, every caller is accepted. To require tokens, bind one:
 *
 * <pre>{@code
 * OptionalBinder.newOptionalBinder(binder(), Authenticator.class)
 *     .setBinding()
 *     .toInstance(new HashedTokens(entries, InstantSource.system()));
 * }</pre>
 *
 * <p>Four more bindings are optional: an {@link HttpPort} that was opened before the models were
 * loaded, an {@link OpenTelemetry} that receives the traces, a {@link Palette} of own pictures, and
 * a {@link Provenance}, which marks the images. The default provenance declares that a model drew
 * them.
 */
public final class ServingModule extends AbstractModule {
  private final ServerConfig config;

  /** Creates a module for a server with the given settings. */
  public ServingModule(ServerConfig config) {
    this.config = config;
  }

  @Override
  protected void configure() {
    binder().requireExplicitBindings();
    Multibinder.newSetBinder(binder(), ImagePipeline.class);
    Multibinder.newSetBinder(binder(), ImageIndex.class);
    Multibinder.newSetBinder(binder(), ImageFilter.class);
    Multibinder.newSetBinder(binder(), HttpApi.class);
    Multibinder.newSetBinder(binder(), ServerInterceptor.class);
    Multibinder.newSetBinder(binder(), BindableService.class);
    OptionalBinder.newOptionalBinder(binder(), HttpPort.class);
    OptionalBinder.newOptionalBinder(binder(), Palette.class);
    OptionalBinder.newOptionalBinder(binder(), Authenticator.class)
        .setDefault()
        .toInstance(Authenticator.NONE);
    OptionalBinder.newOptionalBinder(binder(), Provenance.class)
        .setDefault()
        .toInstance(Provenance.DECLARED);
    var listeners = Multibinder.newSetBinder(binder(), ServingListener.class);
    listeners.addBinding().toInstance(new AccessLog(config.log().prompts()));
    bind(ServerConfig.class).toInstance(config);
    bind(Models.class).in(Singleton.class);
    bind(ImageIndices.class).asEagerSingleton(); // checked before any thread is started
    bind(RequestResolver.class).in(Singleton.class);
    bind(Resizer.class).in(Singleton.class);
    bind(JobRegistry.class).in(Singleton.class);
    OptionalBinder.newOptionalBinder(binder(), OpenTelemetry.class)
        .setDefault()
        .toInstance(OpenTelemetry.noop());
    bind(Tracing.class).in(Singleton.class);
    install(new GrpcModule());
    install(new GaugesModule(config));
    bind(DiffusionServer.class).in(Singleton.class);
  }

  /** Provides the health service of the port, which is available before the models are loaded. */
  @Provides
  @Singleton
  HealthStatusManager health(Optional<HttpPort> port) {
    return port.map(HttpPort::health).orElseGet(HealthStatusManager::new);
  }

  /** Provides the listener that notifies all bound ones. */
  @Provides
  @Singleton
  static ServingListener listener(Set<ServingListener> listeners) {
    return Listeners.of(listeners);
  }

  @Provides
  @Singleton
  JobScheduler scheduler(Models models, ServingListener listener) {
    return new JobScheduler(config.rows(), config.queueCapacity(), models::contains, listener);
  }

  /** A Guice module with the {@link ServerGauge}s of a server: its limits and their current use. */
  private static final class GaugesModule extends AbstractModule {
    private final ServerConfig config;

    GaugesModule(ServerConfig config) {
      this.config = config;
    }

    @Override
    protected void configure() {
      Multibinder.newSetBinder(binder(), LabelledGauge.class);
      Provider<DiffusionServer> server = getProvider(DiffusionServer.class);
      Provider<JobRegistry> jobs = getProvider(JobRegistry.class);
      add("body.bytes", "bytes of request bodies in memory", () -> server.get().bodyBytes());
      long most = config.limits().bodyBytes();
      add("body.bytes.most", "limit on the bytes of request bodies in memory", () -> most);
      add(
          "job.bytes",
          "bytes that jobs hold, or can reach if they are unfinished",
          () -> jobs.get().bytes());
      long mostOfJobs = config.limits().jobBytes();
      add("job.bytes.most", "limit on the bytes of jobs in memory", () -> mostOfJobs);
      int rows = config.rows();
      add("rows", "largest number of images drawn at the same time", () -> rows);
      add("connections", "open connections", () -> server.get().connections());
      config
          .tls()
          .ifPresent(
              tls ->
                  add(
                      "certificate.days",
                      "days until the certificate expires; below 0 after expiry",
                      () -> daysLeft(tls)));
    }

    private void add(String name, String help, LongSupplier now) {
      Multibinder.newSetBinder(binder(), ServerGauge.class)
          .addBinding()
          .toInstance(new ServerGauge("diffusion4j." + name, help, now));
    }

    /**
     * Returns the whole days until the certificate in the file expires, −1 or less afterwards; 0 if
     * it cannot be read.
     */
    private static long daysLeft(ServerTls tls) {
      try {
        Duration left = Duration.between(Instant.now(), tls.expires());
        return left.isNegative() ? Math.min(-1, left.toDays()) : left.toDays();
      } catch (IOException | IllegalArgumentException e) {
        return 0;
      }
    }
  }
}
