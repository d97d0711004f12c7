package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.server.ServiceRequestContext;

/** What becomes of the body of a request that is refused. */
final class Bodies {
  private Bodies() {}

  /**
   * Reads no more of a body. A connection of HTTP/1, which could only go on with the rest of it, is
   * closed after the answer.
   */
  static void discard(ServiceRequestContext ctx, HttpRequest request) {
    if (request.isOpen()) {
      if (!ctx.sessionProtocol().isMultiplex()) {
        var unused = ctx.initiateConnectionShutdown();
      }
      request.abort();
    }
  }
}
