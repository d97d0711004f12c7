package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ShuttingDownException;
import com.linecorp.armeria.common.logging.RequestLogProperty;
import com.linecorp.armeria.common.stream.CancelledSubscriptionException;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServiceRequestContext;

/** Decorators for cancelled and late requests, where the behaviour of Armeria is not sufficient. */
final class Endings {
  private Endings() {}

  /**
   * Cancels a request if its client disconnects before the response is complete. Armeria itself
   * does so for gRPC, but not for JSON.
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
   * Resets the stream of a response in progress when the deadline of its call passes, or when the
   * server closes, as of a watch of its health. gRPC's own servers do the same, and its clients
   * report {@code DEADLINE_EXCEEDED} or {@code CANCELLED}; Armeria itself would report an internal
   * error. This must be outside of the decorators that wrap responses, since Armeria ends only the
   * outermost response.
   */
  static HttpResponse resetIfLate(
      HttpService service, ServiceRequestContext ctx, HttpRequest request) throws Exception {
    return service
        .serve(ctx, request)
        .mapError(
            cause ->
                (cause instanceof RequestTimeoutException || cause instanceof ShuttingDownException)
                        && ctx.log().isAvailable(RequestLogProperty.RESPONSE_HEADERS)
                    ? HttpStatusException.of(HttpStatus.GATEWAY_TIMEOUT, cause) // resets by CANCEL
                    : cause);
  }
}
