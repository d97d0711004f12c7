package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.Set;

/** Rules for the end of request bodies. */
final class Bodies {
  static final Set<HttpMethod> WITHOUT_BODY =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  private static final AttributeKey<Boolean> LAST = AttributeKey.valueOf(Bodies.class, "last");

  private Bodies() {}

  /**
   * Forwards a request, and closes an HTTP/1 connection after a chunked one. This prevents request
   * smuggling (RFC 9112, §6.1): a chunked request may also have had a {@code Content-Length} with a
   * different end, which is no longer visible here. A proxy that trusts it could take the rest of
   * the body for a second request.
   */
  static HttpResponse lastIfInChunks(
      HttpService service, ServiceRequestContext ctx, HttpRequest request) throws Exception {
    Channel connection = ctx.log().partial().channel();
    if (connection == null || ctx.sessionProtocol().isMultiplex()) {
      return service.serve(ctx, request);
    }
    if (connection.hasAttr(LAST)) {
      return HttpResponse.streaming(); // never completes; the connection is about to close
    }
    if (request.headers().contentLength() < 0 && !WITHOUT_BODY.contains(request.method())) {
      connection.attr(LAST).set(true);
      var unused = ctx.initiateConnectionShutdown();
    }
    return service.serve(ctx, request);
  }

  /**
   * Stops reading a body. An HTTP/1 connection is closed after the response, because it could only
   * continue after the rest of the body.
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
