package io.diffusion4j.serving.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;

/** An error in the form that the clients of a {@link JsonApi} read. */
public abstract class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient ResponseHeaders headers;
  private final String reason;

  /**
   * Creates the error for a request that the interface itself refuses.
   *
   * @param reason the machine-readable reason in upper snake case, which labels a metric
   */
  protected ApiException(HttpStatus status, String reason, String message) {
    this(
        ResponseHeaders.builder(status).contentType(MediaType.JSON_UTF_8).build(), reason, message);
  }

  /** Creates the error for an error of the service. */
  protected ApiException(HttpFault fault) {
    this(fault.headers(), fault.reason(), fault.message());
  }

  /** Creates an error with headers of its own, such as the delay before a retry. */
  protected ApiException(ResponseHeaders headers, String reason, String message) {
    super(message, null, false, false);
    this.headers = headers;
    this.reason = reason;
  }

  /** Returns the JSON of the response. */
  protected abstract ObjectNode body();

  /** Returns the machine-readable reason. */
  final String reason() {
    return reason;
  }

  /** Returns the response. */
  public final HttpResponse toResponse() {
    return HttpResponse.of(headers, HttpData.ofUtf8(body().toString()));
  }
}
