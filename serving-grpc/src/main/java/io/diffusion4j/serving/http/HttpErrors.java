package io.diffusion4j.serving.http;

import com.google.common.base.Ascii;
import com.google.common.escape.Escaper;
import com.google.common.net.PercentEscaper;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ShuttingDownException;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.diffusion4j.serving.errors.Errors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The error handler for requests that reach no method of the service. gRPC clients receive a gRPC
 * status, since they would report an HTTP status as {@code UNKNOWN}. All other clients receive
 * JSON.
 */
final class HttpErrors implements ServerErrorHandler {
  private static final Logger LOG = LoggerFactory.getLogger(HttpErrors.class);

  /** Escapes all characters except visible ASCII without %, as in gRPC's protocol for HTTP/2. */
  private static final Escaper MESSAGE =
      new PercentEscaper(" !\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~", false);

  @Override
  public @Nullable HttpResponse onServiceException(ServiceRequestContext ctx, Throwable cause) {
    RequestHeaders headers = ctx.request().headers();
    Optional<StatusRuntimeException> tooLarge = tooLarge(cause);
    if (tooLarge.isPresent()) {
      return refuse(headers, tooLarge.get());
    }
    if (cause instanceof HttpStatusException e) {
      return answer(headers, e.httpStatus(), e.getCause()).toHttpResponse();
    }
    if (cause instanceof StatusRuntimeException e) { // a call that was refused before it started
      return refuse(headers, e);
    }
    if (cause instanceof ClosedStreamException) { // the client has disconnected
      return HttpResponse.ofFailure(cause);
    }
    if (cause instanceof RequestTimeoutException) { // before a handler had the call
      return refuse(headers, Errors.DEADLINE_PASSED.error());
    }
    if (cause instanceof ShuttingDownException) {
      return refuse(headers, Errors.SHUTTING_DOWN.error());
    }
    return null; // Armeria's default, which calls renderStatus for the body
  }

  @Override
  public AggregatedHttpResponse renderStatus(
      @Nullable ServiceRequestContext ctx,
      ServiceConfig config,
      @Nullable RequestHeaders headers,
      HttpStatus status,
      @Nullable String description,
      @Nullable Throwable cause) {
    if (ctx == null && status.equals(HttpStatus.INTERNAL_SERVER_ERROR)) {
      // Armeria failed to read the head of a request, which is the fault of its client.
      return json(HttpStatus.BAD_REQUEST, "request: a head that cannot be read");
    }
    if (headers == null) {
      return json(status, status.reasonPhrase());
    }
    if (status.isServerError() && ctx != null && cause != null) {
      String id = UUID.randomUUID().toString();
      LOG.error("{}: {} {} failed", id, ctx.method(), ctx.path(), cause);
      return refusal(headers, Errors.INTERNAL.error(id));
    }
    return answer(headers, status, null);
  }

  /** Returns the error of a body that is longer than its route permits; empty for other causes. */
  static Optional<StatusRuntimeException> tooLarge(Throwable cause) {
    Throwable inner = cause instanceof HttpStatusException ? cause.getCause() : cause;
    return inner instanceof ContentTooLargeException e
        ? Optional.of(Errors.REQUEST_TOO_LARGE.error(e.maxContentLength()))
        : Optional.empty();
  }

  /** Returns the response to a refused request, in the form that its client expects. */
  static HttpResponse refuse(RequestHeaders headers, StatusRuntimeException error) {
    return refusal(headers, error).toHttpResponse();
  }

  private static AggregatedHttpResponse refusal(
      RequestHeaders headers, StatusRuntimeException error) {
    HttpFault fault = HttpFault.of(error);
    return isGrpc(headers)
        ? grpc(
            fault.code(),
            fault.status().getMessage(),
            HttpHeaders.of(
                "grpc-status-details-bin",
                Base64.getEncoder().encodeToString(fault.status().toByteArray())))
        : fault.toJson();
  }

  private static AggregatedHttpResponse answer(
      RequestHeaders headers, HttpStatus status, @Nullable Throwable cause) {
    boolean absent =
        status.equals(HttpStatus.NOT_FOUND) || status.equals(HttpStatus.METHOD_NOT_ALLOWED);
    if (absent && isGrpc(headers)) {
      return grpc(Status.Code.UNIMPLEMENTED, "Method not found: " + headers.path().substring(1));
    }
    if (absent) {
      String asked = headers.method() + " " + headers.path();
      return json(status, Errors.quote(asked) + ": " + status.reasonPhrase());
    }
    String message =
        cause == null || cause.getMessage() == null ? status.reasonPhrase() : cause.getMessage();
    return isGrpc(headers) ? grpc(code(status), message) : json(status, message);
  }

  private static boolean isGrpc(RequestHeaders headers) {
    return Ascii.toLowerCase(headers.get(HttpHeaderNames.CONTENT_TYPE, ""))
        .startsWith("application/grpc");
  }

  private static AggregatedHttpResponse grpc(Status.Code code, String message) {
    return grpc(code, message, HttpHeaders.of());
  }

  private static AggregatedHttpResponse grpc(Status.Code code, String message, HttpHeaders more) {
    return AggregatedHttpResponse.of(
        ResponseHeaders.builder(HttpStatus.OK)
            .set(HttpHeaderNames.CONTENT_TYPE, "application/grpc")
            .setInt("grpc-status", code.value())
            .set("grpc-message", MESSAGE.escape(message))
            .add(more)
            .endOfStream(true)
            .build());
  }

  private static AggregatedHttpResponse json(HttpStatus status, String message) {
    var fault =
        com.google.rpc.Status.newBuilder().setCode(code(status).value()).setMessage(message);
    return new HttpFault(fault.build()).toJson(status);
  }

  private static Status.Code code(HttpStatus status) {
    return switch (status.code()) {
      case 401 -> Status.Code.UNAUTHENTICATED;
      case 403 -> Status.Code.PERMISSION_DENIED;
      case 404 -> Status.Code.NOT_FOUND;
      case 413, 429 -> Status.Code.RESOURCE_EXHAUSTED;
      case 501 -> Status.Code.UNIMPLEMENTED;
      case 503 -> Status.Code.UNAVAILABLE;
      default -> status.code() < 500 ? Status.Code.INVALID_ARGUMENT : Status.Code.INTERNAL;
    };
  }
}
