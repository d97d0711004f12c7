package io.diffusion4j.serving;

import com.google.common.base.Ascii;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/** Tells a gRPC client in its own terms that there is no such method; HTTP has 404 for it. */
final class HttpErrors implements ServerErrorHandler {
  @Override
  public @Nullable HttpResponse onServiceException(ServiceRequestContext ctx, Throwable cause) {
    if (cause instanceof HttpStatusException e && isGrpc(ctx.request().headers())) {
      AggregatedHttpResponse answer = grpc(ctx.request().headers(), e.httpStatus());
      return answer == null ? null : answer.toHttpResponse();
    }
    return null; // Armeria's default
  }

  @Override
  public @Nullable AggregatedHttpResponse renderStatus(
      @Nullable ServiceRequestContext ctx,
      ServiceConfig config,
      @Nullable RequestHeaders headers,
      HttpStatus status,
      @Nullable String description,
      @Nullable Throwable cause) {
    return headers != null && isGrpc(headers) ? grpc(headers, status) : null;
  }

  private static boolean isGrpc(RequestHeaders headers) {
    return Ascii.toLowerCase(headers.get(HttpHeaderNames.CONTENT_TYPE, ""))
        .startsWith("application/grpc");
  }

  private static @Nullable AggregatedHttpResponse grpc(RequestHeaders headers, HttpStatus status) {
    if (!status.equals(HttpStatus.NOT_FOUND) && !status.equals(HttpStatus.METHOD_NOT_ALLOWED)) {
      return null;
    }
    String path = headers.path();
    return AggregatedHttpResponse.of(
        ResponseHeaders.builder(HttpStatus.OK)
            .set(HttpHeaderNames.CONTENT_TYPE, "application/grpc")
            .setInt("grpc-status", Status.Code.UNIMPLEMENTED.value())
            .set("grpc-message", "Method not found: " + path.substring(1))
            .endOfStream(true)
            .build());
  }
}
