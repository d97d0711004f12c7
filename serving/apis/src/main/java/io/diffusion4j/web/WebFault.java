package io.diffusion4j.web;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.serving.http.ApiException;
import io.diffusion4j.serving.http.HttpFault;
import io.grpc.StatusRuntimeException;

/** An error of the service, or of a request that is not one in JSON. */
final class WebFault extends ApiException {
  private static final long serialVersionUID = 1;

  private final transient HttpFault fault;

  WebFault(StatusRuntimeException error) {
    this(HttpFault.of(error));
  }

  private WebFault(HttpFault fault) {
    super(fault);
    this.fault = fault;
  }

  @Override
  protected ObjectNode body() {
    return fault.json();
  }
}
