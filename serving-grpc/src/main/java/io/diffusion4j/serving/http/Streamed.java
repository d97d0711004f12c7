package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.ExchangeType;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.RoutingContext;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.SimpleDecoratingHttpService;

/**
 * A decorator that makes all requests and responses of a service pass as streams. Armeria would
 * aggregate those of unary calls, which hides their progress from other decorators: a request until
 * it is complete, a response until it is written.
 *
 * <p>This must wrap the service directly. Armeria ignores the exchange type of decorators that
 * apply to all routes.
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
