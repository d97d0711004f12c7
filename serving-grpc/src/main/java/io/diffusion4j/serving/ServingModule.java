package io.diffusion4j.serving;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.OptionalBinder;
import io.diffusion4j.diffusion.filter.ImageFilter;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.events.AccessLog;
import io.diffusion4j.serving.events.Listeners;
import io.diffusion4j.serving.events.ServingListener;
import io.diffusion4j.serving.grpc.GrpcModule;
import io.diffusion4j.serving.http.HttpFace;
import io.diffusion4j.serving.http.HttpPort;
import io.diffusion4j.serving.jobs.JobRegistry;
import io.diffusion4j.serving.jobs.JobScheduler;
import io.diffusion4j.serving.model.ImageIndex;
import io.diffusion4j.serving.model.ImageIndices;
import io.diffusion4j.serving.model.Models;
import io.diffusion4j.serving.request.RequestResolver;
import io.diffusion4j.serving.tracing.TraceInterceptor;
import io.diffusion4j.serving.tracing.Tracing;
import io.grpc.BindableService;
import io.grpc.ServerInterceptor;
import io.grpc.protobuf.services.HealthStatusManager;
import io.opentelemetry.api.OpenTelemetry;
import java.util.Optional;

/**
 * A server of the generation service.
 *
 * <p>Provides {@link DiffusionServer} and {@link Models}. Needs at least one {@link ImagePipeline}:
 *
 * <pre>{@code
 * Multibinder.newSetBinder(binder(), ImagePipeline.class).addBinding().toInstance(engine);
 * }</pre>
 *
 * <p>The first that is bound answers requests that name no model. In the same way, the set of
 * {@link HttpFace}s gets ways in beside gRPC, that of {@link ImageIndex}es what can be searched,
 * that of {@link BindableService}s services beside those of the contract that every server has,
 * that of {@link ServingListener}s what sees the server work, that of {@link ImageFilter}s what
 * judges the images of all models beside their own filters, and that of {@link ServerInterceptor}s
 * what stands before every call of every way in, the first that is bound outermost, after who calls
 * is known.
 *
 * <p>An {@link Authenticator} tells who calls; unless one is bound, everybody may:
 *
 * <pre>{@code
 * OptionalBinder.newOptionalBinder(binder(), Authenticator.class)
 *     .setBinding()
 *     .toInstance(new HashedTokens(entries, InstantSource.system()));
 * }</pre>
 *
 * <p>In the same way, an {@link HttpPort} that was opened before the models were loaded is bound,
 * an {@link OpenTelemetry} that gets the traces, and a {@link Provenance} that does more than to
 * declare that a model drew the images.
 */
public final class ServingModule extends AbstractModule {
  private final ServerConfig config;

  /** A server that runs like this. */
  public ServingModule(ServerConfig config) {
    this.config = config;
  }

  @Override
  protected void configure() {
    binder().requireExplicitBindings();
    Multibinder.newSetBinder(binder(), ImagePipeline.class);
    Multibinder.newSetBinder(binder(), ImageIndex.class);
    Multibinder.newSetBinder(binder(), ImageFilter.class);
    Multibinder.newSetBinder(binder(), HttpFace.class);
    Multibinder.newSetBinder(binder(), ServerInterceptor.class);
    Multibinder.newSetBinder(binder(), BindableService.class);
    OptionalBinder.newOptionalBinder(binder(), HttpPort.class);
    OptionalBinder.newOptionalBinder(binder(), Authenticator.class)
        .setDefault()
        .toInstance(Authenticator.NONE);
    OptionalBinder.newOptionalBinder(binder(), Provenance.class)
        .setDefault()
        .toInstance(Provenance.DECLARED);
    var listeners = Multibinder.newSetBinder(binder(), ServingListener.class);
    listeners.addBinding().toInstance(new AccessLog(config.logPrompts()));
    bind(Listeners.class).in(Singleton.class);
    bind(ServerConfig.class).toInstance(config);
    bind(Models.class).in(Singleton.class);
    bind(ImageIndices.class).asEagerSingleton(); // checked before any thread is started
    bind(RequestResolver.class).in(Singleton.class);
    bind(JobRegistry.class).in(Singleton.class);
    OptionalBinder.newOptionalBinder(binder(), OpenTelemetry.class)
        .setDefault()
        .toInstance(OpenTelemetry.noop());
    bind(Tracing.class).in(Singleton.class);
    bind(TraceInterceptor.class).in(Singleton.class);
    install(new GrpcModule());
    install(new LevelsModule(config));
    bind(DiffusionServer.class).in(Singleton.class);
  }

  /** The health of the port, which is served before the models are loaded. */
  @Provides
  @Singleton
  HealthStatusManager health(Optional<HttpPort> port) {
    return port.map(HttpPort::health).orElseGet(HealthStatusManager::new);
  }

  @Provides
  @Singleton
  JobScheduler scheduler(Models models, Listeners listeners) {
    return new JobScheduler(config.rows(), config.queueCapacity(), models::contains, listeners);
  }
}
