package io.diffusion4j.a1111;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.diffusion4j.serving.grpc.Callers;
import io.diffusion4j.serving.grpc.PictureWorkers;
import io.diffusion4j.serving.http.HttpApi;
import io.diffusion4j.serving.http.HttpModule;
import io.diffusion4j.serving.request.Resizer;

/**
 * The HTTP API of AUTOMATIC1111's web UI on the port of a server. Provides an {@link HttpApi} to a
 * {@link io.diffusion4j.serving.ServingModule}, whose {@link Callers} distinguish the work of
 * principals.
 */
public final class A1111Module extends AbstractModule implements HttpModule {
  @Override
  public String name() {
    return "a1111";
  }

  @ProvidesIntoSet
  @Singleton
  static HttpApi api(Callers callers, Resizer resizer, PictureWorkers workers) {
    return new WebUiApi(callers, resizer, workers);
  }
}
