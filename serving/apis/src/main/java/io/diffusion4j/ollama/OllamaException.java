package io.diffusion4j.ollama;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
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
    return JsonNodeFactory.instance.objectNode().put("error", getMessage());
  }
}
