package io.diffusion4j.web;

import com.google.common.base.Throwables;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import io.grpc.protobuf.StatusProto;

/**
 * An error of the service for HTTP: the status that says the most to programs that know HTTP only,
 * and a {@code google.rpc.Status} in JSON, with the details that gRPC clients get.
 *
 * @param status of HTTP
 * @param body one line of JSON
 */
record ErrorJson(HttpStatus status, String body) {
  private static final JsonFormat.Printer JSON =
      JsonFormat.printer()
          .omittingInsignificantWhitespace()
          .usingTypeRegistry(
              TypeRegistry.newBuilder()
                  .add(BadRequest.getDescriptor())
                  .add(ErrorInfo.getDescriptor())
                  .add(QuotaFailure.getDescriptor())
                  .add(RetryInfo.getDescriptor())
                  .build());

  /** No client needs more of what it sent wrong. */
  private static final int LONGEST_MESSAGE = 300;

  /** What a call ended with. */
  static ErrorJson of(Throwable error) {
    Status status = StatusProto.fromThrowable(error);
    if (status == null) { // not even a status of gRPC
      status =
          Status.newBuilder().setCode(Code.INTERNAL_VALUE).setMessage("internal error").build();
    }
    return of(status);
  }

  /** The answer to a body that is no request in JSON. */
  static HttpResponse malformed(InvalidProtocolBufferException error) {
    Throwable cause = Throwables.getRootCause(error); // whose message names no class
    String why = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    if (why.length() > LONGEST_MESSAGE) {
      why = why.substring(0, LONGEST_MESSAGE) + "…";
    }
    Status status =
        Status.newBuilder()
            .setCode(Code.INVALID_ARGUMENT_VALUE)
            .setMessage("request: " + why + " (expected: a GenerateImagesRequest in proto3 JSON)")
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setReason("MALFORMED_JSON")
                        .setDomain("diffusion4j.io")
                        .build()))
            .build();
    return of(status).toResponse();
  }

  private static ErrorJson of(Status status) {
    Code code = Code.forNumber(status.getCode());
    return new ErrorJson(httpStatus(code == null ? Code.UNKNOWN : code), json(status));
  }

  /** As {@code google/rpc/code.proto} maps them. */
  private static HttpStatus httpStatus(Code code) {
    return switch (code) {
      case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> HttpStatus.BAD_REQUEST;
      case UNAUTHENTICATED -> HttpStatus.UNAUTHORIZED;
      case PERMISSION_DENIED -> HttpStatus.FORBIDDEN;
      case NOT_FOUND -> HttpStatus.NOT_FOUND;
      case ALREADY_EXISTS, ABORTED -> HttpStatus.CONFLICT;
      case RESOURCE_EXHAUSTED -> HttpStatus.TOO_MANY_REQUESTS;
      case CANCELLED -> HttpStatus.CLIENT_CLOSED_REQUEST;
      case UNIMPLEMENTED -> HttpStatus.NOT_IMPLEMENTED;
      case UNAVAILABLE -> HttpStatus.SERVICE_UNAVAILABLE;
      case DEADLINE_EXCEEDED -> HttpStatus.GATEWAY_TIMEOUT;
      default -> HttpStatus.INTERNAL_SERVER_ERROR;
    };
  }

  private static String json(Status status) {
    try {
      return JSON.print(status);
    } catch (InvalidProtocolBufferException e) { // a detail that is not known here
      return json(status.toBuilder().clearDetails().build());
    }
  }

  ResponseHeaders headers() {
    return ResponseHeaders.builder(status)
        .contentType(MediaType.JSON_UTF_8)
        .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
        .build();
  }

  HttpResponse toResponse() {
    return HttpResponse.of(headers(), HttpData.ofUtf8(body));
  }
}
