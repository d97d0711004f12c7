package io.diffusion4j.ollama;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.http.ApiException;
import io.diffusion4j.serving.http.HttpFault;

/** An error in the form of this API: {@code {"error": "…"}}. */
final class OllamaException extends ApiException {
  private static final long serialVersionUID = 1;

  private OllamaException(HttpStatus status, String reason, String message) {
    super(status, reason, message);
  }

  private OllamaException(ResponseHeaders headers, String reason, String message) {
    super(headers, reason, message);
  }

  /** Returns the error for an error of the service. */
  static OllamaException of(Throwable error) {
    HttpFault fault = HttpFault.of(error);
    return new OllamaException(fault.headers(), fault.reason(), fault.message());
  }

  /** Creates the error for an invalid value of a field. */
  static OllamaException invalid(String field, Object value, String expected) {
    return new OllamaException(
        HttpStatus.BAD_REQUEST,
        "INVALID_FIELD",
        field + ": " + value + " (expected: " + expected + ")");
  }

  /** Creates the error for a model that the server does not have, or not for the caller. */
  static OllamaException noModel(String name, String expected) {
    return new OllamaException(
        HttpStatus.NOT_FOUND,
        "UNKNOWN_MODEL",
        "model: " + Errors.quote(name) + " (expected: one of " + expected + ")");
  }

  /** Creates the error for an image that a filter refused. */
  static OllamaException refused(String reason) {
    return new OllamaException(
        HttpStatus.BAD_REQUEST, "REFUSED_IMAGE", "image: refused (" + reason + ")");
  }

  /** Creates the error for an unknown route. */
  static OllamaException noRoute(String route) {
    return new OllamaException(
        HttpStatus.NOT_FOUND, "UNKNOWN_URL", Errors.quote(route) + ": not supported here");
  }

  @Override
  protected ObjectNode body() {
    return JsonNodeFactory.instance.objectNode().put("error", getMessage());
  }
}
