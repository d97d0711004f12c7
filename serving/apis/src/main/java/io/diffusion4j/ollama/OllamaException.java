package io.diffusion4j.ollama;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpStatus;
import io.diffusion4j.serving.http.ApiException;
import io.diffusion4j.serving.http.HttpFault;
import io.diffusion4j.serving.http.JsonApi;

/** An error in the form of this API: {@code {"error": "…"}}. */
final class OllamaException extends ApiException {
  private static final long serialVersionUID = 1;

  private OllamaException(HttpStatus status, String reason, String message) {
    super(status, reason, message);
  }

  private OllamaException(HttpFault fault) {
    super(fault);
  }

  /** Returns the error for an error of the service. */
  static OllamaException of(Throwable error) {
    return new OllamaException(HttpFault.of(error));
  }

  /** Creates the error for an invalid value of a field. */
  static OllamaException invalid(String field, Object value, String expected) {
    return new OllamaException(
        HttpStatus.BAD_REQUEST,
        "INVALID_FIELD",
        field + ": " + value + " (expected: " + expected + ")");
  }

  /** Creates the error for a model or a route that the server does not have. */
  static OllamaException notFound(String reason, String message) {
    return new OllamaException(HttpStatus.NOT_FOUND, reason, message);
  }

  /** Creates the error for an image that a filter refused. */
  static OllamaException refused(String reason) {
    return new OllamaException(
        HttpStatus.BAD_REQUEST, "REFUSED_IMAGE", "image: refused (" + reason + ")");
  }

  @Override
  protected ObjectNode body() {
    return JsonApi.object().put("error", getMessage());
  }
}
