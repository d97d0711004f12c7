package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.ExchangeType;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.RoutingContext;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.SimpleDecoratingHttpService;

/**
 * Has all requests and answers of a service pass as streams. Those of unary calls Armeria would
 * gather, and nobody would see how far they got: a request before anybody is asked, an answer
 * before it is written.
 *
 * <p>For a service itself: of what decorates all routes, Armeria does not ask this.
 */
final class Streamed extends SimpleDecoratingHttpService {
  public Streamed(HttpService delegate) {
    super(delegate);
  }

  @Override
  public ExchangeType exchangeType(RoutingContext routing) {
    return ExchangeType.BIDI_STREAMING;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) throws Exception {
    return unwrap().serve(ctx, request);
  }
}
