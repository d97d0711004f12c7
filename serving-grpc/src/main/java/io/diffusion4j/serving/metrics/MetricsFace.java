package io.diffusion4j.serving.metrics;

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
import io.diffusion4j.serving.http.HttpFace;
import io.grpc.Channel;
import jakarta.inject.Inject;

/** Serves the meters at {@value #PATH} to callers whose token has {@link Role#METRICS}. */
final class MetricsFace implements HttpFace {
  static final String PATH = "/metrics";

  private final PrometheusMeters meters;
  private final Authenticator authenticator;

  @Inject
  MetricsFace(PrometheusMeters meters, Authenticator authenticator) {
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
