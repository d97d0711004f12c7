package io.diffusion4j.web;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.OptionalBinder;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.ServerCacheControl;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.file.FileService;
import io.diffusion4j.serving.http.HttpApi;
import io.diffusion4j.serving.http.HttpModule;
import io.grpc.Channel;

/**
 * The web page at {@code /} of a server, and its API under {@code /api/}. Provides {@link HttpApi}s
 * to a {@link io.diffusion4j.serving.ServingModule}; a {@link SharedRoute} is optional.
 */
public final class WebModule extends AbstractModule implements HttpModule {
  @Override
  public String name() {
    return "page";
  }

  @Override
  protected void configure() {
    bind(EventApi.class).in(Singleton.class);
    bind(PaletteApi.class).in(Singleton.class);
    var apis = Multibinder.newSetBinder(binder(), HttpApi.class);
    apis.addBinding().toInstance(new WebPage());
    apis.addBinding().to(EventApi.class);
    apis.addBinding().to(PaletteApi.class);
    OptionalBinder.newOptionalBinder(binder(), SharedRoute.class);
  }

  /**
   * The page at {@code /}: static files of the class path.
   *
   * <p>Its headers forbid browsers to load anything from elsewhere, to run scripts other than these
   * files, and to embed the page in a frame. A prompt that was injected into the markup could
   * therefore not run anything.
   */
  static final class WebPage implements HttpApi {
    private static final String FILES = "io/diffusion4j/web/page";

    /** Pictures are blob URLs, previews are data URLs. */
    private static final String POLICY =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    @Override
    public void addTo(ServerBuilder server, Channel service) {
      FileService files =
          FileService.builder(WebPage.class.getClassLoader(), FILES)
              .cacheControl(ServerCacheControl.REVALIDATED) // a newer server may have newer files
              .addHeader(HttpHeaderNames.CONTENT_SECURITY_POLICY, POLICY)
              .addHeader(HttpHeaderNames.REFERRER_POLICY, "no-referrer")
              .addHeader(HttpHeaderNames.CROSS_ORIGIN_OPENER_POLICY, "same-origin")
              .addHeader(HttpHeaderNames.CROSS_ORIGIN_RESOURCE_POLICY, "same-origin")
              .build();
      server.service("/", files);
      server.serviceUnder("/page/", files);
    }
  }
}
