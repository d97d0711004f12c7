package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.SimpleDecoratingHttpService;
import io.diffusion4j.serving.errors.Errors;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives up requests that take too long to arrive, so that nobody holds what has come of one for as
 * long as they send a byte now and then. The service that reads the request is told, and answers as
 * it answers other errors; a connection of HTTP/1, which could only go on with the rest of the
 * request, is closed after that.
 *
 * <p>Services whose requests Armeria aggregates before calling them need {@link Streamed} for this.
 * Slow headers do not count as use of a connection, and end with the idle time of {@link HttpPort}.
 */
final class SlowRequests extends SimpleDecoratingHttpService {
  private static final Logger LOG = LoggerFactory.getLogger(SlowRequests.class);

  private final Duration longest;

  /** Watches the requests to a service. */
  SlowRequests(HttpService delegate, Duration longest) {
    super(delegate);
    this.longest = longest;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) throws Exception {
    if (request.isOpen()) { // some of it is still to come
      var end =
          ctx.eventLoop()
              .schedule(() -> giveUp(ctx, request), longest.toNanos(), TimeUnit.NANOSECONDS);
      var unused = request.whenComplete().whenComplete((done, gone) -> end.cancel(false));
    }
    return unwrap().serve(ctx, request);
  }

  private void giveUp(ServiceRequestContext ctx, HttpRequest request) {
    if (request.isOpen()) {
      LOG.atInfo().addKeyValue("path", ctx.path()).log("a request was given up that did not end");
      if (!ctx.sessionProtocol().isMultiplex()) {
        var unused = ctx.initiateConnectionShutdown();
      }
      request.abort(Errors.tooSlow(longest));
    }
  }
}
