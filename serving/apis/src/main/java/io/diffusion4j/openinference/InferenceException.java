package io.diffusion4j.openinference;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.http.HttpFault;

/** An error in the form of this protocol over HTTP: {@code {"error": "…"}}. */
final class InferenceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** The reason in the error of an unreadable request. */
  static final String REASON = "MALFORMED_INFERENCE_REQUEST";

  private InferenceException(String message) {
    super(message, null, false, false);
  }

  /** Returns the error for a request that cannot be read. */
  static InferenceException invalid(String name, Object value, String expected) {
    return new InferenceException(
        name + ": " + Errors.quote(String.valueOf(value)) + " (expected: " + expected + ")");
  }

  HttpResponse toResponse() {
    return HttpResponse.of(
        ResponseHeaders.builder(HttpStatus.BAD_REQUEST).contentType(MediaType.JSON_UTF_8).build(),
        body(String.valueOf(getMessage())));
  }

  /** Returns the response for an error of the service. */
  static HttpResponse toResponse(Throwable error) {
    HttpFault fault = HttpFault.of(error);
    return HttpResponse.of(fault.headers(), body(fault.message()));
  }

  private static HttpData body(String message) {
    return HttpData.ofUtf8(JsonNodeFactory.instance.objectNode().put("error", message).toString());
  }
}
