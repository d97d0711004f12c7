package io.diffusion4j.serving;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.ProvidesIntoSet;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServerBuilder;
import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.auth.BearerToken;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.auth.UnauthenticatedException;
import io.diffusion4j.serving.http.HttpApi;
import io.diffusion4j.serving.observability.PrometheusMeters;
import io.diffusion4j.serving.observability.ServerGauge;
import io.diffusion4j.serving.observability.ServingListener;
import io.grpc.Channel;
import jakarta.inject.Inject;

/**
 * Installs the meters of a server and serves them at {@value #PATH}.
 *
 * <p>Provides {@link PrometheusMeters}. Needs {@link io.diffusion4j.serving.ServingModule}. An
 * application adds gauges of its own to the set of {@link ServerGauge}s.
 */
public final class MetricsModule extends AbstractModule {
  static final String PATH = "/metrics";

  @Override
  protected void configure() {
    bind(PrometheusMeters.class).in(Singleton.class);
    bind(MetricsApi.class).in(Singleton.class);
    Multibinder.newSetBinder(binder(), HttpApi.class).addBinding().to(MetricsApi.class);
  }

  @ProvidesIntoSet
  @Singleton
  static ServingListener listener(PrometheusMeters meters) {
    return meters.service();
  }

  /** Serves the meters at {@value #PATH} to callers whose token has {@link Role#METRICS}. */
  private static final class MetricsApi implements HttpApi {
    private final PrometheusMeters meters;
    private final Authenticator authenticator;

    @Inject
    MetricsApi(PrometheusMeters meters, Authenticator authenticator) {
      this.meters = meters;
      this.authenticator = authenticator;
    }

    @Override
    public void addTo(ServerBuilder server, Channel service) {
      server.service(
          PATH,
          (context, request) ->
              HttpResponse.of(() -> answer(request), context.blockingTaskExecutor()));
    }

    private HttpResponse answer(HttpRequest request) {
      String token = BearerToken.of(request.headers().get(HttpHeaderNames.AUTHORIZATION, ""));
      try {
        if (!authenticator.authenticate(token).has(Role.METRICS)) {
          return refusal(HttpStatus.FORBIDDEN, "expected: a token with the role " + Role.METRICS);
        }
      } catch (UnauthenticatedException e) {
        return refusal(HttpStatus.UNAUTHORIZED, String.valueOf(e.getMessage()));
      }
      return HttpResponse.of(
          HttpStatus.OK, MediaType.parse(PrometheusMeters.CONTENT_TYPE), meters.scrape());
    }

    private static HttpResponse refusal(HttpStatus status, String why) {
      ResponseHeaders headers =
          ResponseHeaders.builder(status)
              .contentType(MediaType.PLAIN_TEXT_UTF_8)
              .set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer")
              .build();
      return HttpResponse.of(headers, HttpData.ofUtf8(why + "\n"));
    }
  }
}
