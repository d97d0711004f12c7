package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.SimpleDecoratingHttpService;
import com.linecorp.armeria.server.cors.CorsService;
import io.diffusion4j.serving.errors.Errors;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/**
 * A decorator that refuses requests from pages of other sites, by the {@code Origin} header. CORS
 * alone is not enough: it only keeps a page from reading a response, and browsers still send some
 * requests, such as forms, which could start expensive work.
 */
final class OriginCheck extends SimpleDecoratingHttpService {
  private static final Duration PREFLIGHT_AGE = Duration.ofHours(1);

  private final Set<String> allowed;

  private OriginCheck(HttpService delegate, Set<String> allowed) {
    super(delegate);
    this.allowed = allowed;
  }

  /**
   * Creates a decorator that accepts pages of the server itself and of the allowed origins. Allowed
   * origins also receive the headers of CORS (Fetch standard), so their pages can read responses.
   */
  static Function<HttpService, HttpService> of(Set<String> allowed) {
    if (allowed.isEmpty()) {
      return service -> new OriginCheck(service, allowed);
    }
    Function<? super HttpService, CorsService> cors =
        CorsService.builder(allowed)
            .allowRequestMethods(HttpMethod.GET, HttpMethod.POST)
            .allowAllRequestHeaders(true)
            .exposeHeaders(
                "grpc-status",
                "grpc-message",
                "grpc-status-details-bin",
                HttpHeaderNames.RETRY_AFTER)
            .maxAge(PREFLIGHT_AGE)
            .newDecorator();
    return service -> new OriginCheck(cors.apply(service), allowed);
  }

  @Override
  public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) throws Exception {
    RequestHeaders headers = request.headers();
    String origin = headers.get(HttpHeaderNames.ORIGIN);
    if (origin == null // not a request from a page
        || allowed.contains(origin)
        || isOfThisSite(origin, headers)) {
      return unwrap().serve(ctx, request);
    }
    Bodies.discard(ctx, request);
    throw Errors.ORIGIN_NOT_ALLOWED.error(origin);
  }

  private static boolean isOfThisSite(String origin, RequestHeaders headers) {
    try {
      String authority = URI.create(origin).getRawAuthority();
      return authority != null && Objects.equals(authority, headers.authority());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
