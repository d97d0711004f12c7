package io.diffusion4j.ollama;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.OptionalBinder;
import io.diffusion4j.serving.http.HttpApi;
import io.diffusion4j.serving.http.HttpModule;
import io.diffusion4j.web.SharedRoute;

/**
 * The HTTP API of Ollama's image models on the port of a server. Provides an {@link HttpApi} to a
 * {@link io.diffusion4j.serving.ServingModule}, and a {@link SharedRoute} to the web page's API, if
 * there is one; needs nothing.
 */
public final class OllamaModule extends AbstractModule implements HttpModule {
  @Override
  public String name() {
    return "ollama";
  }

  @Override
  protected void configure() {
    bind(OllamaApi.class).in(Singleton.class);
    Multibinder.newSetBinder(binder(), HttpApi.class).addBinding().to(OllamaApi.class);
    OptionalBinder.newOptionalBinder(binder(), SharedRoute.class).setBinding().to(OllamaApi.class);
  }
}
