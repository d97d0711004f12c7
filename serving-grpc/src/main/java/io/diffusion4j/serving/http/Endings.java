package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.logging.RequestLogProperty;
import com.linecorp.armeria.common.stream.CancelledSubscriptionException;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServiceRequestContext;

/** How requests end that their clients or their deadlines end, where Armeria does it otherwise. */
final class Endings {
  private Endings() {}

  /**
   * Cancels the request of a client who went away before its answer, whatever form it came in.
   * Armeria by itself does so for calls that came as gRPC, not for those that came as JSON.
   */
  static HttpResponse cancelIfLeft(
      HttpService service, ServiceRequestContext ctx, HttpRequest request) throws Exception {
    HttpResponse response = service.serve(ctx, request);
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

  /**
   * Cancels the stream of a running response when the deadline of its call passes. That is what
   * gRPC's own servers do, and what its clients take for {@code DEADLINE_EXCEEDED}; Armeria by
   * itself calls it an internal error. Must be the outermost decorator, since Armeria only ends the
   * outermost response.
   */
  static HttpResponse resetIfLate(
      HttpService service, ServiceRequestContext ctx, HttpRequest request) throws Exception {
    return service
        .serve(ctx, request)
        .mapError(
            cause ->
                cause instanceof RequestTimeoutException
                        && ctx.log().isAvailable(RequestLogProperty.RESPONSE_HEADERS)
                    ? HttpStatusException.of(HttpStatus.GATEWAY_TIMEOUT, cause) // resets by CANCEL
                    : cause);
  }
}
