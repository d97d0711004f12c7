package io.diffusion4j.serving.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.Durations;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import io.diffusion4j.serving.errors.Errors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An error of the service as an HTTP response.
 *
 * @param status the error with its details
 */
public record HttpFault(com.google.rpc.Status status) {
  /** The conventional status for a client that disconnected before the response; only logged. */
  private static final HttpStatus CLIENT_CLOSED_REQUEST = HttpStatus.valueOf(499);

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Converts the error of a call, including its details. */
  public static HttpFault of(Throwable error) {
    Metadata trailers = Status.trailersFromThrowable(error);
    return new HttpFault(
        StatusProto.fromStatusAndTrailers(
            Status.fromThrowable(error), trailers == null ? new Metadata() : trailers));
  }

  /** Returns the gRPC status code. */
  public Status.Code code() {
    return Status.fromCodeValue(status.getCode()).getCode();
  }

  /** Returns the message for people, or the name of the code if there is none. */
  public String message() {
    return status.getMessage().isEmpty() ? code().name() : status.getMessage();
  }

  /** Returns the corresponding HTTP status. */
  public HttpStatus httpStatus() {
    return switch (code()) {
      case OK -> HttpStatus.OK;
      case INVALID_ARGUMENT, OUT_OF_RANGE, FAILED_PRECONDITION -> HttpStatus.BAD_REQUEST;
      case UNAUTHENTICATED -> HttpStatus.UNAUTHORIZED;
      case PERMISSION_DENIED -> HttpStatus.FORBIDDEN;
      case NOT_FOUND -> HttpStatus.NOT_FOUND;
      case ALREADY_EXISTS, ABORTED -> HttpStatus.CONFLICT;
      case RESOURCE_EXHAUSTED ->
          is(Errors.REQUEST_TOO_LARGE)
              ? HttpStatus.REQUEST_ENTITY_TOO_LARGE
              : is(Errors.SERVER_BUSY)
                  ? HttpStatus.SERVICE_UNAVAILABLE
                  : HttpStatus.TOO_MANY_REQUESTS;
      case CANCELLED -> CLIENT_CLOSED_REQUEST;
      case UNIMPLEMENTED -> HttpStatus.NOT_IMPLEMENTED;
      case UNAVAILABLE -> HttpStatus.SERVICE_UNAVAILABLE;
      case DEADLINE_EXCEEDED ->
          is(Errors.REQUEST_TOO_SLOW) ? HttpStatus.REQUEST_TIMEOUT : HttpStatus.GATEWAY_TIMEOUT;
      case UNKNOWN, INTERNAL, DATA_LOSS -> HttpStatus.INTERNAL_SERVER_ERROR;
    };
  }

  private boolean is(Errors error) {
    return reason().equals(error.name());
  }

  /** Returns the machine-readable reason, such as {@code QUEUE_FULL}; empty if there is none. */
  public String reason() {
    return detail(ErrorInfo.class).map(ErrorInfo::getReason).orElse("");
  }

  /** Returns the delay before a retry in seconds, rounded up, if the error has one. */
  public OptionalLong retryAfterSeconds() {
    return detail(RetryInfo.class)
        .map(info -> OptionalLong.of((Durations.toMillis(info.getRetryDelay()) + 999) / 1000))
        .orElse(OptionalLong.empty());
  }

  /** Returns the detail with the given type, if the error has one. */
  public <T extends Message> Optional<T> detail(Class<T> type) {
    for (Any any : status.getDetailsList()) {
      if (any.is(type)) {
        try {
          return Optional.of(any.unpack(type));
        } catch (InvalidProtocolBufferException e) {
          throw new IllegalStateException("a detail of this server's error cannot be parsed", e);
        }
      }
    }
    return Optional.empty();
  }

  /** Returns the status and headers of a JSON response with this error. */
  public ResponseHeaders headers() {
    ResponseHeadersBuilder headers =
        ResponseHeaders.builder(httpStatus()).contentType(MediaType.JSON_UTF_8);
    retryAfterSeconds().ifPresent(seconds -> headers.setLong(HttpHeaderNames.RETRY_AFTER, seconds));
    return headers.build();
  }

  /**
   * Returns a JSON response in the form of Google's APIs: {@code {"error": {"code": 400, "status":
   * "INVALID_ARGUMENT", "message": …, "details": […]}}}.
   */
  public AggregatedHttpResponse toJson() {
    return toJson(httpStatus());
  }

  /** Returns the JSON of {@link #toJson()}. */
  public ObjectNode json() {
    return json(httpStatus());
  }

  private ObjectNode json(HttpStatus http) {
    try {
      ObjectNode error = JSON.createObjectNode();
      error.put("code", http.code());
      error.put("status", code().name());
      error.put("message", status.getMessage());
      if (status.getDetailsCount() > 0) {
        error.set("details", JSON.readTree(ProtoJson.print(status)).get("details"));
      }
      return JSON.createObjectNode().set("error", error);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the printed JSON cannot be parsed", e);
    }
  }

  /** Returns a JSON response with another HTTP status, for errors without a gRPC code. */
  AggregatedHttpResponse toJson(HttpStatus http) {
    return AggregatedHttpResponse.of(
        headers().toBuilder().status(http).build(), HttpData.ofUtf8(json(http).toString()));
  }
}
