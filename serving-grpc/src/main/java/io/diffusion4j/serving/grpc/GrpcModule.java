package io.diffusion4j.serving.grpc;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import io.diffusion4j.serving.observability.ServingListener;
import io.diffusion4j.serving.v1.GenerationServiceGrpc.GenerationServiceImplBase;
import io.diffusion4j.serving.v1.ModelServiceGrpc.ModelServiceImplBase;

/**
 * Provides {@link GrpcServices}: the services of the contract behind their interceptors.
 *
 * <p>The module also provides {@link GenerationServiceImplBase} and {@link ModelServiceImplBase}
 * for services of other protocols. A method invoked while such a service handles a call uses the
 * caller, deadline and cancellation of that call.
 *
 * <p>Needs the models, the jobs, the listeners, the configuration and an authenticator; see {@link
 * io.diffusion4j.serving.ServingModule}, which installs it.
 */
public final class GrpcModule extends AbstractModule {
  @Override
  protected void configure() {
    Multibinder.newSetBinder(binder(), ServingListener.class).addBinding().to(ServingHealth.class);
    bind(ServingHealth.class).in(Singleton.class);
    bind(CallInterceptor.class).in(Singleton.class);
    bind(Callers.class).in(Singleton.class);
    bind(Rights.class);
    bind(PictureWorkers.class).in(Singleton.class);
    bind(AccessInterceptor.class).in(Singleton.class);
    bind(GenerationGrpcService.class).in(Singleton.class);
    bind(GenerationServiceImplBase.class).to(GenerationGrpcService.class);
    bind(EmbeddingGrpcService.class).in(Singleton.class);
    bind(ModelGrpcService.class).in(Singleton.class);
    bind(ModelServiceImplBase.class).to(ModelGrpcService.class);
    bind(GrpcServices.class).in(Singleton.class);
  }
}
