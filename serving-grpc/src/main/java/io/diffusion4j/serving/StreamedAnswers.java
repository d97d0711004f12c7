package io.diffusion4j.serving;

import com.linecorp.armeria.common.ExchangeType;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.RoutingContext;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.SimpleDecoratingHttpService;

/**
 * Has all answers of a service written as streams. Those of unary calls Armeria would gather and
 * write whole, where nobody sees how far they got.
 *
 * <p>For a service itself: of what decorates all routes, Armeria does not ask this.
 */
final class StreamedAnswers extends SimpleDecoratingHttpService {
  StreamedAnswers(HttpService delegate) {
    super(delegate);
  }

  @Override
  public ExchangeType exchangeType(RoutingContext routing) {
    return super.exchangeType(routing).isRequestStreaming()
        ? ExchangeType.BIDI_STREAMING
        : ExchangeType.RESPONSE_STREAMING;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) throws Exception {
    return unwrap().serve(ctx, request);
  }
}
