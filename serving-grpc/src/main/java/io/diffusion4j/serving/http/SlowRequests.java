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
 * A decorator with a time limit for receiving a request, so a client cannot occupy memory by
 * sending a byte now and then. The service that reads the body gets an error and responds as to any
 * other. An HTTP/1 connection is closed afterwards, because it could only continue after the rest
 * of the request.
 *
 * <p>A service whose requests Armeria aggregates must be wrapped in {@link Streamed}. Slow headers
 * are limited by {@link FirstRequest} and by the idle timeout of {@link HttpPort}.
 */
final class SlowRequests extends SimpleDecoratingHttpService {
  private static final Logger LOG = LoggerFactory.getLogger(SlowRequests.class);

  private final Duration longest;

  /** Creates a decorator of a service. */
  SlowRequests(HttpService delegate, Duration longest) {
    super(delegate);
    this.longest = longest;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) throws Exception {
    if (request.isOpen()) { // not received completely
      var end =
          ctx.eventLoop()
              .schedule(() -> giveUp(ctx, request), longest.toNanos(), TimeUnit.NANOSECONDS);
      var unused = request.whenComplete().whenComplete((done, gone) -> end.cancel(false));
    }
    return unwrap().serve(ctx, request);
  }

  private void giveUp(ServiceRequestContext ctx, HttpRequest request) {
    if (request.isOpen()) {
      LOG.atInfo().addKeyValue("path", ctx.path()).log("request not received in time");
      if (!ctx.sessionProtocol().isMultiplex()) {
        var unused = ctx.initiateConnectionShutdown();
      }
      request.abort(Errors.REQUEST_TOO_SLOW.error(longest));
    }
  }
}
