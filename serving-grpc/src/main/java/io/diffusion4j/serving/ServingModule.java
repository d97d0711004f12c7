package io.diffusion4j.serving;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.OptionalBinder;
import io.diffusion4j.serving.auth.Authenticator;
import io.grpc.ServerInterceptor;

/**
 * A server of the generation service.
 *
 * <p>Provides {@link DiffusionServer} and {@link Models}. Needs at least one {@link ImageEngine}:
 *
 * <pre>{@code
 * Multibinder.newSetBinder(binder(), ImageEngine.class).addBinding().toInstance(engine);
 * }</pre>
 *
 * <p>The first that is bound answers requests that name no model. In the same way, the set of
 * {@link HttpFace}s gets ways in beside gRPC, that of {@link ServingListener}s what sees the server
 * work, and that of {@link ServerInterceptor}s what stands before every call of every way in, the
 * first that is bound outermost, after who calls is known.
 *
 * <p>An {@link Authenticator} tells who calls; unless one is bound, everybody may:
 *
 * <pre>{@code
 * OptionalBinder.newOptionalBinder(binder(), Authenticator.class)
 *     .setBinding()
 *     .toInstance(new HashedTokens(entries, InstantSource.system()));
 * }</pre>
 *
 * <p>In the same way, an {@link HttpPort} that was opened before the models were loaded is bound.
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
    Multibinder.newSetBinder(binder(), ImageEngine.class);
    Multibinder.newSetBinder(binder(), HttpFace.class);
    Multibinder.newSetBinder(binder(), ServerInterceptor.class);
    OptionalBinder.newOptionalBinder(binder(), HttpPort.class);
    OptionalBinder.newOptionalBinder(binder(), Authenticator.class)
        .setDefault()
        .toInstance(Authenticator.NONE);
    var listeners = Multibinder.newSetBinder(binder(), ServingListener.class);
    listeners.addBinding().toInstance(new AccessLog(config.logPrompts()));
    listeners.addBinding().to(ServingHealth.class);
    bind(Listeners.class).in(Singleton.class);
    bind(ServingHealth.class).in(Singleton.class);
    bind(CallInterceptor.class).in(Singleton.class);
    bind(AccessInterceptor.class).in(Singleton.class);
    bind(ServerConfig.class).toInstance(config);
    bind(Models.class).in(Singleton.class);
    bind(RequestResolver.class).in(Singleton.class);
    bind(JobRegistry.class).in(Singleton.class);
    bind(GenerationGrpcService.class).in(Singleton.class);
    bind(EmbeddingGrpcService.class).in(Singleton.class);
    bind(ModelGrpcService.class).in(Singleton.class);
    bind(GrpcServices.class).in(Singleton.class);
    bind(DiffusionServer.class).in(Singleton.class);
  }

  @Provides
  @Singleton
  JobScheduler scheduler(Listeners listeners) {
    return new JobScheduler(config.rows(), config.queueCapacity(), listeners);
  }
}
