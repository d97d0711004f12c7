package io.diffusion4j.openinference;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.diffusion4j.serving.grpc.Rights;
import io.diffusion4j.serving.http.HttpApi;
import io.diffusion4j.serving.http.HttpModule;
import io.diffusion4j.serving.v1.GenerationServiceGrpc.GenerationServiceImplBase;
import io.diffusion4j.serving.v1.ModelServiceGrpc.ModelServiceImplBase;
import io.grpc.BindableService;
import io.grpc.protobuf.services.HealthStatusManager;

/**
 * The Open Inference Protocol on the port of a server, over gRPC and HTTP. Provides a {@link
 * BindableService} and an {@link HttpApi} to a {@link io.diffusion4j.serving.ServingModule}, whose
 * models and health it needs.
 */
public final class OpenInferenceModule extends AbstractModule implements HttpModule {
  @Override
  public String name() {
    return "inference";
  }

  @Override
  protected void configure() {
    Multibinder.newSetBinder(binder(), HttpApi.class).addBinding().toInstance(new InferenceApi());
  }

  @ProvidesIntoSet
  @Singleton
  static BindableService service(
      GenerationServiceImplBase generation,
      ModelServiceImplBase models,
      HealthStatusManager health,
      Rights rights) {
    return new InferenceGrpcService(generation, models, health, rights);
  }
}
