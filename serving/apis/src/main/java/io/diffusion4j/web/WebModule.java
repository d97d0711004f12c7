package io.diffusion4j.web;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import io.diffusion4j.serving.http.HttpApi;
import io.diffusion4j.serving.http.HttpModule;

/**
 * The web page at {@code /} of a server, and its API under {@code /api/}. Provides {@link
 * HttpFace}s to a {@link io.diffusion4j.serving.ServingModule}; needs nothing.
 */
public final class WebModule extends AbstractModule implements HttpModule {
  @Override
  public String name() {
    return "page";
  }

  @Override
  protected void configure() {
    var apis = Multibinder.newSetBinder(binder(), HttpApi.class);
    apis.addBinding().toInstance(new WebPage());
    apis.addBinding().toInstance(new EventApi());
  }
}
