package io.diffusion4j.a1111;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpStatus;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.http.ApiException;
import io.diffusion4j.serving.http.HttpFault;
import io.diffusion4j.serving.http.JsonApi;

/** An error in the form of this API: {@code {"detail": "…"}}. */
final class SdException extends ApiException {
  private static final long serialVersionUID = 1;

  private SdException(HttpStatus status, String reason, String message) {
    super(status, reason, message);
  }

  private SdException(HttpFault fault) {
    super(fault);
  }

  /** Returns the error for an error of the service. */
  static SdException of(Throwable error) {
    return new SdException(HttpFault.of(error));
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

  @Override
  protected ObjectNode body() {
    return JsonApi.object().put("detail", getMessage());
  }
}
