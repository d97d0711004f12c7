package io.diffusion4j.a1111;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.http.HttpFault;

/** An error in the form of this API: {@code {"detail": "…"}}. */
final class SdException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient HttpStatus status;
  private final String reason;

  private SdException(HttpStatus status, String reason, String message) {
    super(message, null, false, false);
    this.status = status;
    this.reason = reason;
  }

  /** Creates the error for an invalid value of a field. */
  static SdException invalid(String field, Object value, String expected) {
    return new SdException(
        HttpStatus.UNPROCESSABLE_ENTITY,
        "INVALID_FIELD",
        field + ": " + value + " (expected: " + expected + ")");
  }

  /** Creates the error for a field with an unsupported feature of the web UI. */
  static SdException unsupported(String field, Object value, String expected) {
    return new SdException(
        HttpStatus.UNPROCESSABLE_ENTITY,
        "UNSUPPORTED_FIELD",
        field + ": " + value + " (expected: " + expected + "; not supported here)");
  }

  /** Returns the error for an unknown route. */
  static SdException noRoute(String route) {
    return new SdException(
        HttpStatus.NOT_FOUND, "UNKNOWN_URL", Errors.quote(route) + ": not supported here");
  }

  /** Returns the reason, for the meters. */
  String reason() {
    return reason;
  }

  HttpResponse toResponse() {
    return HttpResponse.of(
        ResponseHeaders.builder(status).contentType(MediaType.JSON_UTF_8).build(),
        body(String.valueOf(getMessage())));
  }

  /** Returns the response for an error of the service. */
  static HttpResponse toResponse(Throwable error) {
    HttpFault fault = HttpFault.of(error);
    return HttpResponse.of(fault.headers(), body(fault.message()));
  }

  private static HttpData body(String detail) {
    return HttpData.ofUtf8(JsonNodeFactory.instance.objectNode().put("detail", detail).toString());
  }
}
