package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.logging.RequestLogProperty;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.SimpleDecoratingHttpService;

/**
 * Cancels the stream of an answer that is on its way when the deadline of its call passes. That is
 * what gRPC's own servers do, and what its clients take for {@code DEADLINE_EXCEEDED}; Armeria by
 * itself calls it an internal error.
 *
 * <p>Has to be outside of what passes an answer on, for it is the outermost that Armeria ends.
 */
final class LateAnswers extends SimpleDecoratingHttpService {
  LateAnswers(HttpService delegate) {
    super(delegate);
  }

  @Override
  public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) throws Exception {
    return unwrap()
        .serve(ctx, request)
        .mapError(
            cause ->
                cause instanceof RequestTimeoutException && hasBegun(ctx)
                    ? HttpStatusException.of(HttpStatus.GATEWAY_TIMEOUT, cause) // resets by CANCEL
                    : cause);
  }

  private static boolean hasBegun(ServiceRequestContext ctx) {
    return ctx.log().isAvailable(RequestLogProperty.RESPONSE_HEADERS);
  }
}
