package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.Set;

/** How bodies of requests end. */
final class Bodies {
  static final Set<HttpMethod> WITHOUT_BODY =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  private static final AttributeKey<Boolean> LAST = AttributeKey.valueOf(Bodies.class, "last");

  private Bodies() {}

  /**
   * Passes on a request; one in chunks is the last of its connection of HTTP/1. Where its end is by
   * its chunks and where by a {@code Content-Length} that it had too, which is not to be seen any
   * more, might be different places, between which a proxy takes one request for two (RFC 9112,
   * §6.1).
   */
  static HttpResponse lastIfInChunks(
      HttpService service, ServiceRequestContext ctx, HttpRequest request) throws Exception {
    Channel connection = ctx.log().partial().channel();
    if (connection == null || ctx.sessionProtocol().isMultiplex()) {
      return service.serve(ctx, request);
    }
    if (connection.hasAttr(LAST)) {
      return HttpResponse.streaming(); // there is none; the connection is about to close
    }
    if (request.headers().contentLength() < 0 && !WITHOUT_BODY.contains(request.method())) {
      connection.attr(LAST).set(true);
      var unused = ctx.initiateConnectionShutdown();
    }
    return service.serve(ctx, request);
  }

  /**
   * Reads no more of a body. An HTTP/1 connection, which would have to read the rest of the body
   * first, is closed after the response.
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
