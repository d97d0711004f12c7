package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.stream.CancelledSubscriptionException;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.SimpleDecoratingHttpService;

/**
 * Cancels the request of a client who went away before its answer, whatever form it came in.
 * Armeria by itself does so for calls that came as gRPC, not for those that came as JSON.
 */
final class Disconnects extends SimpleDecoratingHttpService {
  Disconnects(HttpService delegate) {
    super(delegate);
  }

  @Override
  public HttpResponse serve(ServiceRequestContext ctx, HttpRequest req) throws Exception {
    HttpResponse response = unwrap().serve(ctx, req);
    response
        .whenComplete()
        .exceptionally(
            cause -> {
              if (cause instanceof ClosedStreamException
                  || cause instanceof CancelledSubscriptionException) {
                ctx.cancel(cause);
              }
              return null;
            });
    return response;
  }
}
