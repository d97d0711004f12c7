package io.diffusion4j.openinference;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpStatus;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.http.ApiException;
import io.diffusion4j.serving.http.HttpFault;
import io.diffusion4j.serving.http.JsonApi;

/** An error in the form of this protocol over HTTP: {@code {"error": "…"}}. */
final class InferenceException extends ApiException {
  private static final long serialVersionUID = 1;

  private InferenceException(String message) {
    super(HttpStatus.BAD_REQUEST, "MALFORMED_INFERENCE_REQUEST", message);
  }

  private InferenceException(HttpFault fault) {
    super(fault);
  }

  /** Returns the error for an error of the service. */
  static InferenceException of(Throwable error) {
    return new InferenceException(HttpFault.of(error));
  }

  /** Returns the error for a request that cannot be read. */
  static InferenceException invalid(String name, Object value, String expected) {
    return new InferenceException(
        name + ": " + Errors.quote(String.valueOf(value)) + " (expected: " + expected + ")");
  }

  @Override
  protected ObjectNode body() {
    return JsonApi.object().put("error", getMessage());
  }
}
