package io.diffusion4j.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Ascii;
import com.google.rpc.BadRequest;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import io.diffusion4j.serving.http.ApiException;
import io.diffusion4j.serving.http.HttpFault;
import io.diffusion4j.serving.http.JsonApi;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An error in the form that OpenAI's clients read: {@code {"error": {…}}}. */
final class OpenAiException extends ApiException {
  private static final long serialVersionUID = 1;

  private static final String INVALID_REQUEST = "invalid_request_error";

  /** Names of the service's fields whose name in this API differs. */
  private static final Map<String, String> PARAMETERS =
      Map.of("image_count", "n", "text", "prompt", "image", "image", "mask", "mask");

  private final String type;
  private final @Nullable String param;
  private final @Nullable String code;

  private OpenAiException(
      ResponseHeaders headers,
      String message,
      String type,
      @Nullable String param,
      @Nullable String code) {
    super(
        headers, code == null ? headers.status().reasonPhrase() : Ascii.toUpperCase(code), message);
    this.type = type;
    this.param = param;
    this.code = code;
  }

  private static ResponseHeaders headers(HttpStatus status) {
    return ResponseHeaders.builder(status).contentType(MediaType.JSON_UTF_8).build();
  }

  /** Returns the error for an invalid value of a parameter. */
  static OpenAiException invalid(String param, Object value, String expected) {
    return refusal(
        HttpStatus.BAD_REQUEST,
        param + ": " + value + " (expected: " + expected + ")",
        param,
        "invalid_value");
  }

  /** Returns the error for a missing parameter. */
  static OpenAiException missing(String param) {
    return refusal(
        HttpStatus.BAD_REQUEST,
        "Missing required parameter: '" + param + "'.",
        param,
        "missing_required_parameter");
  }

  /** Returns the error for a request that cannot be read or has no route here. */
  static OpenAiException refusal(
      HttpStatus status, String message, @Nullable String param, String code) {
    return new OpenAiException(headers(status), message, INVALID_REQUEST, param, code);
  }

  /**
   * Creates the error for images that were all refused by filters, with the type and the code that
   * clients look for.
   */
  static OpenAiException moderated(String reasons) {
    return new OpenAiException(
        headers(HttpStatus.BAD_REQUEST),
        "Your request was rejected by the safety system: " + reasons,
        "image_generation_user_error",
        null,
        "moderation_blocked");
  }

  /** Returns the error for a failure or a rejection by the service. */
  static OpenAiException of(Throwable error) {
    HttpFault fault = HttpFault.of(error);
    return switch (fault.code()) {
      case INVALID_ARGUMENT -> of(fault, HttpStatus.BAD_REQUEST, INVALID_REQUEST, "invalid_value");
      case NOT_FOUND -> of(fault, HttpStatus.NOT_FOUND, INVALID_REQUEST, "model_not_found");
      // Clients retry a status of 500 or more, and this request would fail again.
      case UNIMPLEMENTED ->
          of(fault, HttpStatus.BAD_REQUEST, INVALID_REQUEST, "unsupported_operation");
      case UNAUTHENTICATED -> of(fault, fault.httpStatus(), INVALID_REQUEST, "invalid_api_key");
      case RESOURCE_EXHAUSTED ->
          switch (fault.httpStatus().code()) {
            case 429 -> of(fault, fault.httpStatus(), "requests", "rate_limit_exceeded");
            case 503 -> of(fault, fault.httpStatus(), "server_error", "server_busy");
            default -> of(fault, fault.httpStatus(), INVALID_REQUEST, "request_too_large");
          };
      default -> {
        boolean ours = fault.httpStatus().isServerError();
        String reason = fault.reason().toLowerCase(Locale.ROOT);
        yield of(
            fault,
            fault.httpStatus(),
            ours ? "server_error" : INVALID_REQUEST,
            reason.isEmpty() ? null : reason);
      }
    };
  }

  private static OpenAiException of(
      HttpFault fault, HttpStatus status, String type, @Nullable String code) {
    return new OpenAiException(
        fault.headers().toBuilder().status(status).build(),
        fault.message(),
        type,
        param(fault),
        code);
  }

  /** Returns the parameter of the first violation. */
  private static @Nullable String param(HttpFault fault) {
    return switch (fault.code()) {
      case NOT_FOUND -> "model";
      case INVALID_ARGUMENT ->
          fault
              .detail(BadRequest.class)
              .filter(request -> request.getFieldViolationsCount() > 0)
              .map(request -> request.getFieldViolations(0).getField())
              .map(field -> PARAMETERS.get(field.substring(field.lastIndexOf('.') + 1)))
              .orElse(null);
      default -> null;
    };
  }

  /** Returns the value of the key {@code error}. */
  ObjectNode error() {
    return JsonApi.object()
        .put("message", getMessage())
        .put("type", type)
        .put("param", param)
        .put("code", code);
  }

  @Override
  protected ObjectNode body() {
    return JsonApi.object().set("error", error());
  }
}
