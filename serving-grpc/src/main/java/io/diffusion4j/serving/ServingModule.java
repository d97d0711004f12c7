package io.diffusion4j.serving;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;

/**
 * A server of the generation service.
 *
 * <p>Provides {@link DiffusionServer} and {@link Models}. Needs at least one {@link ImageEngine}:
 *
 * <pre>{@code
 * Multibinder.newSetBinder(binder(), ImageEngine.class).addBinding().toInstance(engine);
 * }</pre>
 *
 * <p>The first that is bound answers requests that name no model.
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
    bind(ServerConfig.class).toInstance(config);
    bind(Models.class).in(Singleton.class);
    bind(RequestResolver.class).in(Singleton.class);
    bind(JobRegistry.class).in(Singleton.class);
    bind(GenerationGrpcService.class).in(Singleton.class);
    bind(ModelGrpcService.class).in(Singleton.class);
    bind(DiffusionServer.class).in(Singleton.class);
  }

  @Provides
  @Singleton
  JobScheduler scheduler() {
    return new JobScheduler(config.workers(), config.queueCapacity());
  }
}
